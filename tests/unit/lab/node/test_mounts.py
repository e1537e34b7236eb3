"""What the node may change of the host's files."""

from pathlib import Path

from hoheit_lab.node.layout import NodeLayout
from hoheit_lab.node.mounts import commands, mount_point, read_only, visible
from hoheit_lab.paths import StateDir

LAYOUT = NodeLayout(StateDir(Path("/home/me/.lab")))
MOUNTINFO = """\
22 1 8:1 / / rw,relatime - ext4 /dev/root rw
23 22 0:20 / /proc rw - proc proc rw
24 22 0:21 / /dev rw - devtmpfs devtmpfs rw
25 24 0:22 / /dev/shm rw - tmpfs tmpfs rw
26 22 8:2 / /home rw,relatime - ext4 /dev/home rw
27 26 0:23 / /home/me/.lab/data rw - tmpfs tmpfs rw
28 22 0:24 / /mnt/my\\040disk rw - tmpfs tmpfs rw
29 22 0:25 / /run rw - tmpfs tmpfs rw
"""


def test_the_node_may_write_its_state_and_nothing_else_of_the_hosts_root() -> None:
    words = [" ".join(command) for command in commands(LAYOUT)]
    own = words.index("mount --rbind /home/me/.lab /home/me/.lab")
    assert own < words.index("mount -o remount,bind,ro /")


def test_other_file_systems_of_the_host_are_read_only_too_but_for_state_and_devices() -> None:
    places = [command[-1] for command in read_only(MOUNTINFO, LAYOUT)]
    assert places == ["/home", "/mnt/my disk"]


def test_a_mount_that_another_hides_is_left_alone() -> None:
    shown = Path("/proc/self/mountinfo").read_text().splitlines(keepends=True)
    root = next(line for line in shown if mount_point(line) == Path("/"))
    hidden = root.replace(root.split(" ")[0], "999999999", 1)
    gone = root.replace(" / / ", " / /no/such/place ", 1)
    assert visible(root + hidden + gone) == root
