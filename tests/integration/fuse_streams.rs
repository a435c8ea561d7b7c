//! Reads files on FUSE that are hard to read by offset: they cannot be sought, return fewer bytes
//! than requested, fail when their end is looked for, or grow beyond the size that they report.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use fuser::{
    BackgroundSession, Errno, FileHandle, Filesystem, FopenFlags, Generation, INodeNo, LockOwner, OpenFlags, ReplyAttr,
    ReplyData, ReplyEntry, ReplyOpen, Request,
};

use crate::cat_follow::Follower;
use crate::fuse::{mount, plain_attributes};
use crate::lines::LINES;
use crate::util::{Dir, Ran, mapped};

const LEN: usize = 2 << 20;
/// The size that files report which hold more.
const STATED: usize = 1 << 20;
const TTL: Duration = Duration::ZERO;

/// The names of the files; the inode number is the place in this list, counted from 2.
const NAMES: [&str; 6] = ["unseekable", "interrupted", "damaged", "short", "growing", "unstated"];

struct Unusual {
    bytes: Vec<u8>,
    reads: AtomicUsize,
    /// The number of bytes that the growing files hold.
    grown: Arc<AtomicUsize>,
}

impl Unusual {
    fn attributes(&self, inode: u64) -> fuser::FileAttr {
        let stated = match name(inode) {
            "damaged" | "interrupted" => STATED,
            "growing" => 20,
            "unstated" => 0,
            _ => LEN,
        };
        plain_attributes(inode, stated, SystemTime::UNIX_EPOCH)
    }
}

fn name(inode: u64) -> &'static str {
    NAMES.get(inode.wrapping_sub(2) as usize).copied().unwrap_or_default()
}

impl Filesystem for Unusual {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match NAMES.iter().position(|known| name == *known) {
            Some(place) => reply.entry(&TTL, &self.attributes(place as u64 + 2), Generation(0)),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&TTL, &self.attributes(inode.into()));
    }

    fn open(&self, _: &Request, inode: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let unseekable =
            if name(inode.into()) == "unseekable" { FopenFlags::FOPEN_NONSEEKABLE } else { FopenFlags::empty() };
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO | unseekable);
    }

    fn read(
        &self,
        _: &Request,
        inode: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let name = name(inode.into());
        let held = if matches!(name, "growing" | "unstated") { self.grown.load(Ordering::SeqCst) } else { LEN };
        let start = (offset as usize).min(held);
        let mut end = (start + size as usize).min(held);
        if name == "interrupted" && self.reads.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
            return reply.error(Errno::EINTR);
        }
        if name == "damaged" && end > STATED {
            match start < STATED {
                true => end = STATED,
                false => return reply.error(Errno::EIO),
            }
        }
        if name == "short" {
            end = end.min(start + 1 + start % 20_000);
        }
        reply.data(&self.bytes[start..end]);
    }
}

struct Mounted {
    _session: BackgroundSession,
    dir: Dir,
    truth: Vec<u8>,
    grown: Arc<AtomicUsize>,
}

impl Mounted {
    /// Mounts the file system, if one can be mounted.
    fn new() -> Option<Mounted> {
        let line =
            |i: usize| format!("2026-11-21T{:02}:{:02}:{:02}Z {i:07} {}\n", i / 3600, i / 60 % 60, i % 60, i % 91);
        let mut truth: Vec<u8> = (0..86_400).flat_map(|i| line(i).into_bytes()).collect();
        truth.truncate(LEN);
        assert_eq!(truth.len(), LEN);
        let (dir, grown) = (Dir::new(), Arc::new(AtomicUsize::new(0)));
        let system = Unusual { bytes: truth.clone(), reads: AtomicUsize::new(0), grown: Arc::clone(&grown) };
        let session = mount(system, dir.path())?;
        Some(Mounted { _session: session, dir, truth, grown })
    }
}

/// Runs a command on a file as its standard input.
fn run(args: &[&str], way: &[&str], path: &Path) -> Ran {
    mapped().args(args).args(way).stdin(File::open(path).unwrap()).output().unwrap().into()
}

const BY_TIME: [&[&str]; 4] = [
    &["cat", "--since", "2026-11-21T02:00:00Z"],
    &["cat", "--around", "2026-11-21T05:00:00Z"],
    &["grep", "-c", "--since", "2026-11-21T03:00:00Z", "7"],
    &["grep", "--timeline=1h", "7"],
];

/// Regression: a file that cannot be sought was an error, "Illegal seek". If the probe for bytes after
/// the reported size was interrupted, they were lost with exit code 0. Read-ahead of a file that is
/// read past the page cache made the kernel take a short read for its end, so that the file was
/// reported as truncated.
#[test]
fn unusual_files_are_read_to_their_end() {
    let Some(mounted) = Mounted::new() else { return };
    let like = mounted.dir.path().with_extension("like");
    std::fs::write(&like, &mounted.truth).unwrap();
    let mut runs = 0;
    for name in ["unseekable", "interrupted", "short"] {
        let path = mounted.dir.path().join(name);
        for args in LINES.iter().filter(|line| line.steady).map(|line| line.args).chain(BY_TIME) {
            for way in [&["--threads", "1"][..], &[], &["--io", "read", "--block-size", "4097"]] {
                let (want, got) = (run(args, way, &like), run(args, way, &path));
                assert!(want == got, "{args:?} {way:?} {name}: {} bytes, {}", got.stdout.len(), got.stderr);
                runs += 1;
            }
        }
        let named: Ran = mapped().args(["cat"]).arg(&path).output().unwrap().into();
        assert!(named.stdout == mounted.truth && named.code == 0, "{name}: {}", named.stderr);
    }
    std::fs::remove_file(like).unwrap();
    eprintln!("{runs} runs on unusual files");
}

/// Regression: if the first byte after the reported size could not be read, the file was taken to end
/// there, with exit code 0. `grep --since` also reported that the log contains no such entries.
#[test]
fn an_error_at_the_reported_end_is_reported() {
    let Some(mounted) = Mounted::new() else { return };
    let path = mounted.dir.path().join("damaged");
    let late: &[&str] = &["grep", "--since", "2026-11-21T23:00:00Z", "7"];
    let lines = LINES.iter().filter(|line| line.steady && !line.args.contains(&"--lines"));
    for args in lines.map(|line| line.args).chain([late]) {
        for way in [&["--threads", "1"][..], &["--io", "read"], &[]] {
            let ran: Ran = mapped().args(args).args(way).arg(&path).output().unwrap().into();
            let error = format!("mapped: {}: Input/output error\n", path.display());
            assert!(ran.code > 0 && ran.stderr == error, "{args:?} {way:?}: exit {}, {}", ran.code, ran.stderr);
        }
    }
}

/// Regression: following ended with exit code 0 after the bytes that were stored, if there were more
/// or fewer than the reported size.
#[test]
fn a_file_that_outgrows_its_reported_size_is_followed() {
    let Some(mounted) = Mounted::new() else { return };
    for name in ["growing", "unstated"] {
        mounted.grown.store(mounted.truth.iter().position(|&byte| byte == b'\n').unwrap() + 1, Ordering::SeqCst);
        let path = mounted.dir.path().join(name);
        let commands = [&["cat", "-f"][..], &["cat", "-F"], &["grep", "--follow", "."], &["--as", "tail", "-f"]];
        let mut followers = commands.map(|args| Follower::of(mapped().args(args).arg(&path)));
        for lines in [1, 2, 5, 9] {
            let ends = mounted.truth.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
            let end = ends.map(|(at, _)| at + 1).nth(lines - 1).unwrap();
            mounted.grown.store(end, Ordering::SeqCst);
            followers.iter_mut().for_each(|follower| follower.shows(&mounted.truth[..end]));
        }
        for follower in followers {
            let (_, messages, _) = follower.interrupt();
            assert_eq!(messages, "", "{name}");
        }
    }
}

/// Reading starts where the program before stopped.
#[test]
fn standard_input_that_cannot_be_sought_stays_where_it_was_read_to() {
    let Some(mounted) = Mounted::new() else { return };
    let path = mounted.dir.path().join("unseekable");
    let ran: Ran = Command::new("sh")
        .args(["-c", r#"{ head -c 100 > /dev/null; "$0" checksum -a crc32 --no-names; }"#])
        .arg(crate::util::program())
        .stdin(File::open(&path).unwrap())
        .output()
        .unwrap()
        .into();
    let rest = mounted.dir.path().with_extension("rest");
    std::fs::write(&rest, &mounted.truth[100..]).unwrap();
    assert_eq!(ran, run(&["checksum", "-a", "crc32", "--no-names"], &[], &rest));
    std::fs::remove_file(rest).unwrap();
}
