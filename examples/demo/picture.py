# SPDX-License-Identifier: MIT
"""A picture to be broadcast, drawn here: one octet a pixel, three bits of red and green, two of
blue. And pictures as PNG, also of octets that are none."""
import base64
import math
import struct
import zlib

WIDTH, HEIGHT = 128, 96
STRIPE = 8  # lines of it in a packet
STRIPES = HEIGHT // STRIPE
MISSING = b"\xb6" * (WIDTH * STRIPE)


def colour(red, green, blue):
    """From 0 to 1 each."""
    return round(red * 7) << 5 | round(green * 7) << 2 | round(blue * 3)


def sky(x, y):
    """An evening: a sun half down, and clouds of stripes."""
    if math.hypot(x - 88, y - 62) < 17:
        return colour(1, 0.9 - y / 200, 0.2)
    if math.hypot((x - 34) / 3.2, y - 20) < 5 or math.hypot((x - 52) / 3, y - 24) < 4:
        return colour(1, 0.75, 0.8)
    return colour(0.35 + y / 150, 0.25 + y / 220, max(0.2, 0.8 - y / 130))


def land(x, y):
    """Hills, and a mast that sends."""
    near = 76 + 6 * math.sin(x / 17) + 3 * math.sin(x / 7)
    far = 64 + 5 * math.sin(x / 23 + 2)
    if abs(x - 30) < 1 + (y - 34) / 14 and 34 < y < near:
        return colour(0.85, 0.85, 1) if (y // 5) % 2 else colour(1, 0.15, 0.1)
    ring = math.hypot(x - 30, y - 34)
    if any(abs(ring - r) < 0.8 for r in (8, 13, 18)) and abs(y - 34) < abs(x - 30) * 0.8:
        return colour(1, 1, 1)
    if y > near:
        return colour(0.1, 0.35 + 0.15 * ((x + y) % 2), 0.1)
    return colour(0.25, 0.3, 0.4) if y > far else None


def draw():
    """Its pixels, line after line."""
    pixels = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            ground = land(x, y)
            pixels.append(sky(x, y) if ground is None else ground)
    return bytes(pixels)


def stripes(pixels):
    """What a packet carries of it, each."""
    n = WIDTH * STRIPE
    return [pixels[i * n:(i + 1) * n] for i in range(STRIPES)]


# --- PNG (ISO/IEC 15948) -------------------------------------------------------------------------

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(pixels):
    """WIDTH x HEIGHT of them, by a palette of all 256 colours."""
    palette = bytes(v for i in range(256)
                    for v in ((i >> 5) * 255 // 7, (i >> 2 & 7) * 255 // 7, (i & 3) * 85))
    lines = b"".join(b"\0" + pixels[y * WIDTH:(y + 1) * WIDTH] for y in range(HEIGHT))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0))
            + chunk(b"PLTE", palette) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))


def url(pixels):
    """A PNG that a page carries in itself."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()
