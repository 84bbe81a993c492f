/* SPDX-License-Identifier: MIT */
/* What Kconfig settings become; none of them is read by the library. */
