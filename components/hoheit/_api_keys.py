"""API keys of clients as the gateway knows them: a name for each digest, never a key.

The keys are long and random, so that a digest tells nothing about its key, and the time that a
look-up takes tells at most something about a digest.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

KEYS_FILE = "api-keys.map"
"""Key of the Secret, and name of the file, that holds digests and names."""
KEYS_MOUNT = "/etc/hoheit/api-keys"
"""Where the gateway reads it. A mounted Secret follows a change without a new pod."""
KEYS_PATH = f"{KEYS_MOUNT}/{KEYS_FILE}"
FOLLOW_FILE = "follow-api-keys.lua"
"""Name of the program, beside the gateway's configuration, that follows such a change."""
FOLLOW_SECONDS = 2
"""How often it looks."""


def digest(key: str) -> str:
    """Return how the gateway knows a key: HAProxy's ``sha2(256),hex``, which is in capitals."""
    return hashlib.sha256(key.encode()).hexdigest().upper()


def keys_file(keys: Iterable[tuple[str, str]]) -> str:
    """Return the file with one line for each key.

    Args:
        keys: Name and key; a client may have several.
    """
    return "".join(f"{digest(key)} {name}\n" for name, key in keys)


FOLLOW_KEYS = f"""\
-- Takes a changed file of API keys over into the map that HAProxy has read it into at its start.
local path = "{KEYS_PATH}"

local function keys()
    local file = io.open(path, "r")
    if not file then return nil end
    local found = {{}}
    for line in file:lines() do
        local digest, name = line:match("^(%x+) (%S+)$")
        if digest then found[digest] = name end
    end
    file:close()
    return found
end

core.register_task(function()
    local known = keys() or {{}}
    while true do
        core.sleep({FOLLOW_SECONDS})
        -- A file that cannot be read for a moment locks nobody out.
        local found = keys() or known
        for digest, name in pairs(found) do
            if known[digest] ~= name then core.set_map(path, digest, name) end
        end
        for digest in pairs(known) do
            if not found[digest] then core.del_map(path, digest) end
        end
        known = found
    end
end)
"""
