// SPDX-License-Identifier: MIT
//
// loopback.hpp - what joins the processes of control_plane.cpp: lines through
// pipes, and multicast on the loopback.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace loopback
{

constexpr const char *multicast = "239.255.22.46";

// --- lines through a pipe

class Lines
{
  public:
    explicit Lines(int fd) : fd_(fd)
    {
    }

    // The next line; false: none in that time, or no more (then over is true).
    bool
    next(std::string &line, int milliseconds)
    {
        pollfd ready = { fd_, POLLIN, 0 };

        while (held_.find('\n') == std::string::npos) {
            char some[4096];
            ssize_t n = 0;

            if (poll(&ready, 1, milliseconds) <= 0)
                return false;
            n = read(fd_, some, sizeof some);
            over = n <= 0;
            if (over)
                return false;
            held_.append(some, static_cast<std::size_t>(n));
        }
        line = held_.substr(0, held_.find('\n'));
        held_.erase(0, line.size() + 1);
        return true;
    }

    int
    fd() const
    {
        return fd_;
    }
    bool over = false;

  private:
    int fd_;
    std::string held_;
};

inline void
say(int fd, const std::string &line)
{
    std::string all = line + "\n";

    if (write(fd, all.data(), all.size()) != static_cast<ssize_t>(all.size()))
        throw std::runtime_error("a pipe");
}

// --- sockets

struct NoMulticast : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline sockaddr_in
address(const char *ip, std::uint16_t port)
{
    sockaddr_in at{};

    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    inet_pton(AF_INET, ip, &at.sin_addr);
    return at;
}

// Joined on the loopback, on a port of its own; *port: which.
inline int
open_receiver(std::uint16_t *port)
{
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in at = address(multicast, 0);
    socklen_t n = sizeof at;
    ip_mreq join{};

    inet_pton(AF_INET, multicast, &join.imr_multiaddr);
    inet_pton(AF_INET, "127.0.0.1", &join.imr_interface);
    if (bind(s, reinterpret_cast<sockaddr *>(&at), sizeof at) != 0 ||
        getsockname(s, reinterpret_cast<sockaddr *>(&at), &n) != 0 ||
        setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join) != 0)
        throw NoMulticast(std::strerror(errno));
    *port = ntohs(at.sin_port);
    return s;
}

inline int
open_sender()
{
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    in_addr loopback{};

    inet_pton(AF_INET, "127.0.0.1", &loopback);
    setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback);
    return s;
}

} // namespace loopback
