//! Follows a file on a file system that reports, for a descriptor, the status of the file that now
//! has its name. bindfs and sshfs may do so after a rotation that they did not see.

use std::ffi::OsStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use fuser::{
    Errno, FileAttr, FileHandle, Filesystem, FopenFlags, Generation, INodeNo, LockOwner, OpenFlags, ReplyAttr,
    ReplyData, ReplyEntry, ReplyOpen, Request,
};

use crate::cat_follow::Follower;
use crate::fuse::{mount, plain_attributes};
use crate::util::{Dir, mapped};

const LOG: u64 = 2;
const OLD: &[u8] = b"old 1\nold 2\nold 3\n";

/// A directory with one file, `log`, which is replaced by another one under the same inode number.
struct Rotated {
    new: &'static [u8],
    is_rotated: Arc<AtomicBool>,
}

impl Rotated {
    fn attributes(&self, inode: u64) -> FileAttr {
        let is_rotated = self.is_rotated.load(Ordering::SeqCst);
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(is_rotated.into());
        let len = if is_rotated { self.new.len() } else { OLD.len() };
        plain_attributes(inode, len, changed)
    }
}

const TTL: Duration = Duration::ZERO;

impl Filesystem for Rotated {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match name == "log" {
            true => reply.entry(&TTL, &self.attributes(LOG), Generation(0)),
            false => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&TTL, &self.attributes(inode.into()));
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(self.is_rotated.load(Ordering::SeqCst).into()), FopenFlags::empty());
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        file: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let bytes = if file == FileHandle(1) { self.new } else { OLD };
        let start = (offset as usize).min(bytes.len());
        reply.data(&bytes[start..(start + size as usize).min(bytes.len())]);
    }
}

/// Regression: the file was reported as truncated, as tail does, and the old file's first lines
/// were printed again instead of the new one's. If the new one was longer, nothing was printed.
#[test]
fn a_rotation_that_the_file_system_hides_is_followed() {
    for new in [&b"new 1\nnew 2\n"[..], b"a new file that is longer than the old one\n"] {
        let dir = Dir::new();
        let is_rotated = Arc::new(AtomicBool::new(false));
        let system = Rotated { new, is_rotated: Arc::clone(&is_rotated) };
        let Some(_session) = mount(system, dir.path()) else { return };
        let path = dir.path().join("log");
        let commands = [&["cat", "-F"][..], &["cat", "-f"], &["grep", "--follow=name", "."]];
        let mut followers = commands.map(|args| Follower::of(mapped().args(args).arg(&path)));
        followers.iter_mut().for_each(|follower| follower.shows(OLD));
        is_rotated.store(true, Ordering::SeqCst);
        for mut follower in followers {
            follower.shows(&[OLD, new].concat());
            let (_, messages, _) = follower.interrupt();
            assert!(messages.ends_with("log: file truncated or replaced\n"), "{messages}");
        }
    }
}
