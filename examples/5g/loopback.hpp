// SPDX-License-Identifier: MIT
//
// loopback.hpp - what joins the processes of control_plane.cpp: lines through
// pipes, and multicast on the loopback.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

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

// --- processes

// A process with a pipe to it and one from it.
struct Child {
    pid_t pid = -1;
    int to = -1;
    Lines from{ -1 };
};

inline std::vector<int> ours; // ends that no child may keep

inline Child
start(const std::function<void(int, int)> &role)
{
    int in[2], out[2];
    Child child;

    if (pipe(in) != 0 || pipe(out) != 0)
        throw std::runtime_error("no pipe");
    child.pid = fork();
    if (child.pid == 0) {
        for (int fd : ours)
            close(fd);
        close(in[1]);
        close(out[0]);
        try {
            role(in[0], out[1]);
            _exit(0);
        } catch (const std::exception &e) {
            std::fprintf(stderr, "mbs-control-plane: %s\n", e.what());
            _exit(1);
        }
    }
    close(in[0]);
    close(out[1]);
    child.to = in[1];
    child.from = Lines(out[0]);
    ours.push_back(in[1]);
    ours.push_back(out[0]);
    return child;
}

inline bool
ended_well(const Child &child)
{
    int status = -1;

    close(child.to);
    return waitpid(child.pid, &status, 0) == child.pid && status == 0;
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

// 127.0.0.1:PORT of a socket.
inline std::string
name_of(int s)
{
    sockaddr_in at{};
    socklen_t n = sizeof at;

    getsockname(s, reinterpret_cast<sockaddr *>(&at), &n);
    return "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
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
    sockaddr_in from = address("127.0.0.1", 0);
    in_addr loopback{};

    inet_pton(AF_INET, "127.0.0.1", &loopback);
    (void)bind(s, reinterpret_cast<sockaddr *>(&from), sizeof from);
    setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback);
    return s;
}

} // namespace loopback
