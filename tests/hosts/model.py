# SPDX-License-Identifier: MIT
"""The models of tests/oracle, for the scripts of this folder."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "oracle"))
import digest_oracle  # noqa: E402,F401
import gba_oracle  # noqa: E402,F401
import oracle  # noqa: E402,F401
import protect_oracle  # noqa: E402,F401
import srtp_oracle  # noqa: E402,F401
