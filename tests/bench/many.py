# SPDX-License-Identifier: MIT
"""A SQLite store of msk-bmsc with as many subscribers as a measurement wants."""
import sqlite3


def multiply(path, names):
    """names: octets, all of one length. The only subscriber of the store has the first of them;
    each of the others becomes a copy of it, in the same Key Group."""
    first, *others = names
    with sqlite3.connect(path) as store:
        packed, peer = store.execute("SELECT packed, address FROM subscriber").fetchone()
        grp, = store.execute("SELECT grp FROM member").fetchone()
        store.executemany(
            "INSERT INTO subscriber (id, version, btid, packed, address, services)"
            " VALUES (?, 1, ?, ?, ?, '')",
            ((new, new + b"@bsf.example.org", packed.replace(first, new), peer)
             for new in others))
        store.executemany("INSERT INTO member VALUES (?, ?)", ((grp, new) for new in others))
