//! Runs the program on the test's own file system, whose files have bad sectors, are slow, cannot
//! be mapped or hold fewer bytes than they report.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    KernelConfig, LockOwner, OpenFlags, ReplyAttr, ReplyData, ReplyEntry, ReplyOpen, Request,
};

use crate::lines::LINES;
use crate::util::{Dir, Ran, can_lose_pages, mapped, skip};

const LEN: usize = 2 << 20;
const PAGE: usize = 4096;
/// The duration of a read from the slow file.
const DELAY: Duration = Duration::from_millis(20);

/// The inode numbers of the files. Files from `BAD` on have a bad sector in the page of that
/// number.
const SLOW: u64 = 2;
const DIRECT: u64 = 3;
const SHORT: u64 = 4;
/// Files that report a wrong size, and are read past the page cache or through it.
const FEW: u64 = 5;
const MORE: u64 = 6;
const FEWER: u64 = 7;
const LESS: u64 = 8;
const FEWEST: u64 = 9;
/// Files that are always busy, one of which reports a size of 0.
const BUSY: u64 = 10;
const BUSY_UNSIZED: u64 = 11;
const BAD: u64 = 100;

struct Faulty {
    bytes: Vec<u8>,
}

/// Returns the size that a file reports, and the number of bytes that it really holds.
fn sizes(inode: u64) -> (usize, usize) {
    match inode {
        SHORT => (LEN, LEN / 2),
        FEW => (3, 12),
        MORE => (LEN / 2 + 1, LEN),
        FEWER => (64 << 20, 10),
        LESS => (LEN, LEN / 2 + 100),
        FEWEST => (4096, 100),
        BUSY_UNSIZED => (0, LEN),
        _ => (LEN, LEN),
    }
}

fn attributes(inode: u64) -> FileAttr {
    FileAttr { blocks: 8, ..plain_attributes(inode, sizes(inode).0, SystemTime::UNIX_EPOCH) }
}

/// Returns the attributes of a readable file, or of the root directory, whose inode number is 1.
pub fn plain_attributes(inode: u64, len: usize, changed: SystemTime) -> FileAttr {
    let directory = inode == 1;
    FileAttr {
        ino: INodeNo(inode),
        size: if directory { 0 } else { len as u64 },
        blocks: 1,
        atime: changed,
        mtime: changed,
        ctime: changed,
        crtime: changed,
        kind: if directory { FileType::Directory } else { FileType::RegularFile },
        perm: if directory { 0o755 } else { 0o444 },
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: 4096,
        flags: 0,
    }
}

const TTL: Duration = Duration::from_secs(1);

impl Filesystem for Faulty {
    /// Limits read-ahead to a page, because an interrupted program can end only after all of its
    /// read-ahead has completed.
    fn init(&mut self, _: &Request, config: &mut KernelConfig) -> std::io::Result<()> {
        let _ = config.set_max_readahead(PAGE as u32);
        Ok(())
    }

    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let inode = match name.to_str().unwrap_or_default() {
            "slow" => Some(SLOW),
            "direct" => Some(DIRECT),
            "short" => Some(SHORT),
            "few" => Some(FEW),
            "more" => Some(MORE),
            "fewer" => Some(FEWER),
            "less" => Some(LESS),
            "fewest" => Some(FEWEST),
            "busy" => Some(BUSY),
            "busy-unsized" => Some(BUSY_UNSIZED),
            other => other.strip_prefix("bad-").and_then(|page| page.parse::<u64>().ok()).map(|page| BAD + page),
        };
        match inode {
            Some(inode) => reply.entry(&TTL, &attributes(inode), Generation(0)),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&TTL, &attributes(inode.into()));
    }

    fn open(&self, _: &Request, inode: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let direct = matches!(u64::from(inode), DIRECT | SHORT | FEW | MORE | BUSY | BUSY_UNSIZED);
        reply.opened(FileHandle(0), if direct { FopenFlags::FOPEN_DIRECT_IO } else { FopenFlags::empty() });
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
        let inode = u64::from(inode);
        let held = sizes(inode).1;
        let start = (offset as usize).min(held);
        let end = (start + size as usize).min(held);
        if inode == SLOW {
            std::thread::sleep(DELAY);
        }
        if matches!(inode, BUSY | BUSY_UNSIZED) {
            return reply.error(Errno::EAGAIN);
        }
        if inode >= BAD {
            let bad = (inode - BAD) as usize * PAGE;
            if start < bad + PAGE && bad < end {
                return reply.error(Errno::EIO);
            }
        }
        reply.data(&self.bytes[start..end]);
    }
}

/// Mounts a file system. Prints a message and returns `None` if none can be mounted.
pub fn mount(system: impl Filesystem + 'static, at: &Path) -> Option<BackgroundSession> {
    match fuser::spawn_mount(system, at, &Config::default()) {
        Ok(session) => Some(session),
        Err(error) => {
            skip(&format!("FUSE ({error})"));
            None
        }
    }
}

struct Mounted {
    _session: BackgroundSession,
    dir: Dir,
    truth: Vec<u8>,
}

impl Mounted {
    /// Mounts the file system, if one can be mounted.
    fn new() -> Option<Mounted> {
        let mut truth = Vec::new();
        let mut i = 0;
        while truth.len() < LEN {
            truth.extend(format!("{i:07} {}\n", "x".repeat(i % 91)).bytes());
            i += 1;
        }
        truth.truncate(LEN);
        let dir = Dir::new();
        let session = mount(Faulty { bytes: truth.clone() }, dir.path())?;
        Some(Mounted { _session: session, dir, truth })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn run(args: &[&str], options: &[&str], paths: &[&Path]) -> Ran {
    mapped().args(args).args(options).args(paths).stdin(Stdio::null()).output().unwrap().into()
}

/// Returns the methods by which a bad sector is read.
fn methods() -> Vec<&'static [&'static str]> {
    let can_be_mapped = can_lose_pages();
    METHODS.into_iter().filter(|method| can_be_mapped || !method.contains(&"mmap")).collect()
}

const METHODS: [&[&str]; 4] = [
    &["--io", "mmap", "--block-size", "64K"],
    &["--threads", "1"],
    &["--io", "read", "--block-size", "100000"],
    &["--threads", "7", "--block-size", "16K"],
];

/// Regression: a read that hit a bad sector lost its whole block, while a mapping lost only the
/// bytes after the sector.
#[test]
fn the_bytes_before_a_bad_sector_are_printed() {
    let Some(mounted) = Mounted::new() else { return };
    let mut runs = 0;
    for page in [0, 1, 15, 16, 31, 100, 255] {
        let bad = mounted.path(&format!("bad-{page}"));
        for way in methods() {
            let ran = run(&["cat"], way, &[&bad]);
            let what = format!("page {page} {way:?}");
            assert_eq!(ran.stderr, format!("mapped: {}: Input/output error\n", bad.display()), "{what}");
            assert_eq!(ran.code, 1, "{what}");
            assert!(ran.stdout == mounted.truth[..page * PAGE], "{what}: {} bytes", ran.stdout.len());
            runs += 1;
        }
    }
    eprintln!("{runs} runs of cat met a bad sector");
}

#[test]
fn a_bad_sector_is_an_error_of_one_input() {
    let Some(mounted) = Mounted::new() else { return };
    let good = mounted.dir.path().with_extension("good");
    std::fs::write(&good, &mounted.truth).unwrap();
    let mut runs = 0;
    for line in LINES {
        let full = run(line.args, &[], &[&good]);
        for (page, way) in
            [0, 3, 77, 255].into_iter().flat_map(|page| methods().into_iter().map(move |way| (page, way)))
        {
            let bad = mounted.path(&format!("bad-{page}"));
            let ran = run(line.args, way, &[&bad]);
            let what = format!("{:?} {way:?} page {page}", line.args);
            runs += 1;
            assert!(ran.code >= 0, "{what}: ended by signal {}; {}", -ran.code, ran.stderr);
            if line.args.first() == Some(&"stat") || line.args.contains(&"--lines") {
                // `stat` reads nothing by default, and the other command does not read the whole
                // file.
                continue;
            }
            assert_eq!(ran.stderr, format!("mapped: {}: Input/output error\n", bad.display()), "{what}");
            assert_eq!(ran.code, line.failure, "{what}");
            if line.prefix {
                assert!(full.stdout.starts_with(&ran.stdout), "{what}: {} bytes are no prefix", ran.stdout.len());
            }
        }
    }
    let bad = mounted.path("bad-100");
    let both = run(&["cat"], &[], &[&bad, &good]);
    assert!(both.stdout == [&mounted.truth[..100 * PAGE], &mounted.truth[..]].concat());
    let both = run(&["grep", "-h", "-n", "77"], &[], &[&bad, &good]);
    assert!(both.stdout.ends_with(&run(&["grep", "-n", "77"], &[], &[&good]).stdout));
    assert_eq!(both.code, 2);
    std::fs::remove_file(good).unwrap();
    eprintln!("{runs} runs met a bad sector");
}

/// Regression: `cat --lines` ended with exit code 0 if the lines before the wanted ones could not be
/// read, and `cat -n --reverse` numbered its lines as if these did not exist.
#[test]
fn a_bad_sector_among_the_lines_to_count_is_an_error() {
    let Some(mounted) = Mounted::new() else { return };
    let good = mounted.dir.path().with_extension("good");
    std::fs::write(&good, &mounted.truth).unwrap();
    let lines = mounted.truth.iter().filter(|&&byte| byte == b'\n').count();
    let last = format!("{}:", lines - 9);
    for args in [
        &["cat", "--lines", "5:20"][..],
        &["cat", "--lines", "5000:5010"],
        &["cat", "--lines", &last],
        &["cat", "--lines", "5:20", "--lines", &last],
        &["cat", "--lines", "5000:", "--reverse"],
        &["cat", "-n", "--lines", &last],
        &["cat", "-n", "--reverse"],
        &["cat", "-n", "--reverse", "--lines=-5:"],
    ] {
        let full = run(args, &[], &[&good]);
        for (page, way) in
            [0, 1, 50, 200].into_iter().flat_map(|page| methods().into_iter().map(move |way| (page, way)))
        {
            let bad = mounted.path(&format!("bad-{page}"));
            let ran = run(args, way, &[&bad]);
            let what = format!("{args:?} {way:?} page {page}: {}", ran.stderr);
            assert!(full.stdout.starts_with(&ran.stdout), "{what}");
            if ran.stdout != full.stdout || !ran.stderr.is_empty() {
                assert_eq!(ran.stderr, format!("mapped: {}: Input/output error\n", bad.display()), "{what}");
                assert_eq!(ran.code, 1, "{what}");
            }
        }
    }
    std::fs::remove_file(good).unwrap();
}

#[test]
fn a_file_that_refuses_to_be_mapped_is_read() {
    let Some(mounted) = Mounted::new() else { return };
    let direct = mounted.path("direct");
    let ran = run(&["cat"], &["--stats=json"], &[&direct]);
    assert!(ran.stdout == mounted.truth, "{}", ran.stderr);
    assert!(ran.stderr.contains("\"reason\":\"FUSE: a mapping may differ from the file\""), "{}", ran.stderr);
    let ran = run(&["cat"], &["--io", "mmap"], &[&direct]);
    assert_eq!(ran.stderr, format!("mapped: {}: not mappable: ENODEV from mmap\n", direct.display()));
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
}

/// Regression: the program trusted the reported size. For a file that reports 3 bytes and holds 12,
/// 9 were lost with exit code 0, and a file that holds less than it reports was reported as
/// truncated. A small file was dumped twice, and its last lines were not found.
#[test]
fn sizes_that_are_wrong_are_not_believed() {
    let Some(mounted) = Mounted::new() else { return };
    let mut runs = 0;
    for (name, inode) in [("few", FEW), ("more", MORE), ("fewer", FEWER), ("less", LESS), ("fewest", FEWEST)] {
        let path = mounted.path(name);
        let held = &mounted.truth[..sizes(inode).1];
        let like = mounted.dir.path().with_extension(name);
        std::fs::write(&like, held).unwrap();
        for line in LINES.iter().filter(|line| line.steady) {
            for way in [&["--threads", "1"][..], &[], &["--io", "read", "--block-size", "4097"]] {
                let want =
                    mapped().args(line.args).args(way).stdin(std::fs::File::open(&like).unwrap()).output().unwrap();
                let got =
                    mapped().args(line.args).args(way).stdin(std::fs::File::open(&path).unwrap()).output().unwrap();
                let (want, got) = (Ran::from(want), Ran::from(got));
                assert!(want == got, "{:?} {way:?} {name}: {} bytes, {}", line.args, got.stdout.len(), got.stderr);
                runs += 1;
            }
        }
        for args in [
            &["grep", "-h", "--last", "1", "."][..],
            &["grep", "-h", "-U", "--last", "2", "0"],
            &["grep", "-h", "--timeline", "."],
            &["hexdump"],
            &["hexdump", "--find", "text:0", "--count"],
            &["checksum", "--pieces", "7K", "--no-names", "-a", "crc32"],
        ] {
            let (want, got) = (run(args, &[], &[&like]), run(args, &[], &[&path]));
            let named = String::from_utf8_lossy(&want.stdout).replace(like.to_str().unwrap(), path.to_str().unwrap());
            assert!(got.stdout == named.as_bytes() && got.code == want.code, "{args:?} {name}: {}", got.stderr);
            runs += 1;
        }
        let ran = run(&["cat"], &[], &[&path]);
        assert!(ran.stdout == held && ran.code == 0, "{name}: {}", ran.stderr);
        let ran = run(&["cat"], &["--io", "mmap"], &[&path]);
        assert_eq!(ran.stderr, format!("mapped: {}: not mappable: stated size is wrong\n", path.display()));
        // Regression: a note said that the offset is beyond the stated end.
        let ran = run(&["cat", "--offset", "5"], &[], &[&path]);
        assert!(ran.stdout == held[5..] && ran.stderr.is_empty(), "{name}: {}", ran.stderr);
        std::fs::remove_file(like).unwrap();
    }
    eprintln!("{runs} runs on files that state a wrong size");
}

#[test]
fn a_file_that_holds_less_than_it_states_ends_there() {
    let Some(mounted) = Mounted::new() else { return };
    let ran = run(&["cat"], &[], &[&mounted.path("short")]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout == mounted.truth[..LEN / 2]);
}

/// Regression: EAGAIN from a file that is read as a stream was retried forever. Some sensors in
/// sysfs return it.
#[test]
fn a_busy_file_is_an_error() {
    let Some(mounted) = Mounted::new() else { return };
    for path in ["busy", "busy-unsized"].map(|name| mounted.path(name)) {
        let busy = format!("mapped: {}: Resource temporarily unavailable\n", path.display());
        let more = [&["cat", "--reverse"][..], &["cat", "--bytes", "-5:"], &["grep", "--last", "1", "."]];
        for args in LINES.iter().map(|line| line.args).chain(more).filter(|args| *args != ["stat"]) {
            for way in [&["--threads", "1"][..], &["--io", "read"], &[]] {
                let ran = run(args, way, &[&path]);
                assert_eq!((ran.code > 0, ran.stderr), (true, busy.clone()), "{args:?} {way:?}");
            }
        }
    }
}

#[test]
fn a_slow_file_shows_progress_and_can_be_interrupted() {
    let Some(mounted) = Mounted::new() else { return };
    for way in ["mmap", "read"] {
        let Ok(pty) = rustix_openpty::openpty(None, None) else {
            return skip("a pseudo-terminal");
        };
        // A shell that runs the tests in the background ignores SIGINT, and its children inherit
        // this.
        let mut child = Command::new("env")
            .arg("--default-signal=INT")
            .arg(crate::util::program())
            .args(["checksum", "--progress=always", "--block-size", "64K", "--io", way])
            .arg(mounted.path("slow"))
            .env("TERM", "xterm")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(pty.user))
            .spawn()
            .unwrap();
        let mut painted = Vec::new();
        let mut controller = std::fs::File::from(pty.controller);
        let begun = Instant::now();
        while !painted.contains(&b'%') && begun.elapsed() < Duration::from_secs(20) {
            let mut some = [0; 4096];
            match controller.read(&mut some) {
                Ok(n) if n > 0 => painted.extend_from_slice(&some[..n]),
                _ => break,
            }
        }
        assert!(painted.contains(&b'%'), "{way}: no progress: {}", String::from_utf8_lossy(&painted));
        let asked = Instant::now();
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
        let status = child.wait().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(3), "{way}: {:?}", asked.elapsed());
        assert!(!status.success(), "{way}: {status}");
    }
}
