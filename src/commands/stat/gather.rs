//! Everything there is to say about one file, found out once and shown as text or as JSON.
//!
//! Only regular files are opened, and only by way of a descriptor that already names the inode
//! (`O_PATH`): whatever is put in a file's place meanwhile, a FIFO is never waited for and a device
//! never set off.

use std::ffi::OsStr;
use std::fs::File;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;

use super::content::Content;
use super::facts::Facts;
use crate::io::{AccessMethod, IoMode, Source, path};
use crate::os::Window;
use crate::os::extents::{self, Layout, Sparseness};
use crate::os::holders::{Coverage, Holder, Identity, Wanted};
use crate::os::residency::{self, Cached, Cell, Unknown};
use crate::os::{Status, StatxAttributes, StatxFlags, Volume, reopen_quietly};

/// Ranges and extents looked at; a file may have millions, and a glance must stay one.
const LIMIT: usize = 1 << 16;

/// What is known of one file.
#[derive(Debug)]
pub struct Report {
    /// What its inode says.
    pub facts: Facts,
    /// What a symbolic link points to.
    pub target: Option<Vec<u8>>,
    /// The file system it is on, where that can be asked.
    pub filesystem: Option<Volume>,
    /// The directory that is mounted on.
    pub mount_point: Option<std::path::PathBuf>,
    /// Whether it can be mapped.
    pub mapping: Mapping,
    /// Its pages in memory, in equal stretches, or why that is not known; `None` for what has no
    /// pages.
    pub cache: Option<Result<Vec<Cell>, Unknown>>,
    /// Its data and holes.
    pub sparseness: Option<Sparseness>,
    /// Its pieces on the disk.
    pub layout: Option<Result<Layout, Errno>>,
    /// Who uses it.
    pub users: Option<Users>,
    /// What its bytes are, when that was asked for: `None` inside for what is not read unasked.
    pub content: Option<Option<Content>>,
    /// How many bytes `--touch` read, or that `--evict` was done.
    pub cache_action: Option<super::warm::Done>,
}

/// Whether a file can be mapped, and what `--io auto` does with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// `None` where only opening would tell, and it was not opened.
    pub mappable: Option<bool>,
    /// Why it cannot be mapped, or why that is not known.
    pub why: Option<String>,
    /// How `--io auto` brings its bytes in.
    pub auto: Option<AccessMethod>,
    /// Why it does so, when it does not map what could be.
    pub auto_why: Option<String>,
}

/// Who has a file mapped or open.
#[derive(Debug, Clone)]
pub struct Users {
    /// The processes.
    pub holders: Vec<Holder>,
    /// How many were looked at.
    pub coverage: Coverage,
}

/// A file whose inode is known, and opened if it is a regular one.
#[derive(Debug)]
pub struct Opened {
    /// What its inode says.
    pub facts: Facts,
    /// An open descriptor, or why there is none.
    pub file: Result<OwnedFd, NotOpened>,
}

/// Why a file was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpened {
    /// Opening could block or set something off, or there are no bytes to ask about.
    ByKind,
    /// It was tried.
    Failed(Errno),
}

impl Opened {
    /// Opens the file behind `facts` if it is regular and has bytes. An empty one needs no open,
    /// and one of `/proc`, which says it is empty, may do things when opened.
    pub fn new(facts: Facts) -> Opened {
        let opens = facts.kind() == FileType::RegularFile && facts.inode.stx_size > 0;
        let file = if opens { open(&facts).map_err(NotOpened::Failed) } else { Err(NotOpened::ByKind) };
        Opened { facts, file }
    }

    /// Opens a block device too: its own pages are asked about, and nothing is read.
    pub fn with_devices(facts: Facts) -> Opened {
        if facts.kind() != FileType::BlockDevice || facts.is_stdin() {
            return Opened::new(facts);
        }
        let file = path::open(OsStr::from_bytes(&facts.name)).map(OwnedFd::from);
        let file = file.map_err(|error| NotOpened::Failed(Errno::from_io_error(&error).unwrap_or(Errno::IO)));
        Opened { facts, file }
    }

    /// The size in bytes: of a block device, what it holds.
    pub fn size(&self) -> u64 {
        match (&self.file, self.facts.kind()) {
            (Ok(file), FileType::BlockDevice) => extents::device_size(file.as_fd()).unwrap_or(0),
            _ => self.facts.inode.stx_size,
        }
    }

    /// The open descriptor, if there is one.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().ok().map(AsFd::as_fd)
    }

    /// What to look for to find who uses it; links, directories and the like are not looked for.
    pub fn wanted(&self) -> Option<Wanted> {
        let inode = &self.facts.inode;
        let reported = Identity { major: inode.stx_dev_major, minor: inode.stx_dev_minor, inode: inode.stx_ino };
        (!matches!(self.facts.kind(), FileType::Symlink)).then(|| Wanted::new(reported, self.fd()))
    }

    /// What the page cache holds of all of it, in at most `cells` stretches; `None` for what has no
    /// pages.
    pub fn cells(&self, cells: u64) -> Option<Result<Vec<Cell>, Unknown>> {
        self.cells_within(0..self.facts.inode.stx_size, cells)
    }

    /// What the page cache holds of the bytes `within` it, in at most `cells` stretches; `None` for
    /// what has no pages.
    pub fn cells_within(&self, within: Range<u64>, cells: u64) -> Option<Result<Vec<Cell>, Unknown>> {
        match &self.file {
            Ok(file) => Some(residency::cells(file.as_fd(), within, cells)),
            Err(NotOpened::Failed(errno)) => Some(Err(Unknown::NotOpened(*errno))),
            Err(NotOpened::ByKind) => None,
        }
    }
}

/// Opens the very inode that `facts` describes, or fails.
fn open(facts: &Facts) -> Result<OwnedFd, Errno> {
    if facts.is_stdin() {
        // A description of its own: asking about holes moves the position, and standard input's
        // belongs to others too.
        return reopen_quietly(rustix::stdio::stdin());
    }
    let follow = if facts.follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let anchor = path::anchor(OsStr::from_bytes(&facts.name), follow)?;
    let stat = Status::of(&anchor).map_err(|_| Errno::STALE)?;
    if stat.inode != facts.inode.stx_ino || stat.kind != FileType::RegularFile {
        return Err(Errno::STALE);
    }
    reopen_quietly(anchor.as_fd())
}

impl Report {
    /// Finds out everything that needs no reading of the file. `width` is how many stretches the
    /// picture of its pages has.
    pub fn gather(opened: Opened, width: u64) -> Report {
        let cache = opened.cells(width);
        let fd = opened.fd();
        let size = opened.facts.inode.stx_size;
        let sparseness = fd.map(|fd| extents::sparseness(fd, size, LIMIT));
        let layout = fd.map(|fd| extents::layout(fd, LIMIT as u64));
        let mapping = mapping(&opened);
        let facts = opened.facts;
        let is_link = facts.kind() == FileType::Symlink;
        Report {
            target: if is_link { facts.target().ok() } else { None },
            filesystem: filesystem(&facts),
            mount_point: if facts.is_stdin() { None } else { super::directives::mount_point(&facts).ok() },
            mapping,
            cache,
            sparseness,
            layout,
            users: None,
            content: None,
            cache_action: None,
            facts,
        }
    }

    /// What the page cache holds of it in all, if that is known.
    pub fn cached(&self) -> Option<Cached> {
        self.cache.as_ref()?.as_ref().ok().map(|cells| residency::total(cells))
    }

    /// The alignment direct I/O asks for, of memory and of offsets in bytes, where the file system
    /// says so.
    pub fn direct_io(&self) -> Option<(u32, u32)> {
        let inode = &self.facts.inode;
        let told = inode.stx_mask & StatxFlags::DIOALIGN.bits() != 0;
        (told && inode.stx_dio_mem_align != 0).then_some((inode.stx_dio_mem_align, inode.stx_dio_offset_align))
    }

    /// The attributes that are set, by their names.
    pub fn attributes(&self) -> Vec<&'static str> {
        const NAMES: [(StatxAttributes, &str); 9] = [
            (StatxAttributes::COMPRESSED, "compressed"),
            (StatxAttributes::IMMUTABLE, "immutable"),
            (StatxAttributes::APPEND, "append-only"),
            (StatxAttributes::NODUMP, "no-dump"),
            (StatxAttributes::ENCRYPTED, "encrypted"),
            (StatxAttributes::AUTOMOUNT, "automount"),
            (StatxAttributes::MOUNT_ROOT, "mount-root"),
            (StatxAttributes::VERITY, "verity"),
            (StatxAttributes::DAX, "dax"),
        ];
        let set = self.facts.inode.stx_attributes & self.facts.inode.stx_attributes_mask;
        NAMES.iter().filter(|(attribute, _)| set.contains(*attribute)).map(|(_, name)| *name).collect()
    }
}

/// Returns whether the file system has no other place for its pages than memory, so that none can
/// be dropped.
pub fn lives_in_memory(facts: &Facts) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    const RAMFS: u64 = 0x8584_58f6;
    const HUGETLBFS: u64 = 0x9584_58f6;
    filesystem(facts).is_some_and(|facts| matches!(facts.magic, Some(TMPFS | RAMFS | HUGETLBFS)))
}

fn filesystem(facts: &Facts) -> Option<Volume> {
    if facts.is_stdin() {
        return Volume::of(rustix::stdio::stdin()).ok();
    }
    if facts.kind() == FileType::Symlink {
        // `statfs` would follow the link.
        let anchor = path::anchor(OsStr::from_bytes(&facts.name), OFlags::NOFOLLOW).ok()?;
        return Volume::of(anchor).ok();
    }
    path::volume(OsStr::from_bytes(&facts.name)).ok()
}

/// Whether the file can be mapped: tried where it is open, and told from its kind where it is not.
fn mapping(opened: &Opened) -> Mapping {
    let told = |mappable, why: &str, auto| Mapping { mappable, why: Some(why.to_owned()), auto, auto_why: None };
    match (&opened.file, opened.facts.kind()) {
        (Ok(file), _) => tried(file),
        (Err(NotOpened::Failed(errno)), _) => {
            told(None, &format!("cannot open: {}", crate::output::message(&(*errno).into())), None)
        }
        (_, FileType::RegularFile) if states_no_size(&opened.facts) => {
            told(Some(false), "size unknown", Some(AccessMethod::Stream))
        }
        (_, FileType::RegularFile) => told(Some(false), "empty: there is nothing to map", Some(AccessMethod::Stream)),
        (_, FileType::Directory) => told(Some(false), "Is a directory", None),
        (_, FileType::Symlink) => told(Some(false), "symbolic link: -L describes what it points to", None),
        (_, FileType::BlockDevice) => told(None, "block device: not opened to try", Some(AccessMethod::Map)),
        (_, FileType::CharacterDevice)
            if opened.facts.is_stdin() && rustix::termios::isatty(rustix::stdio::stdin()) =>
        {
            told(Some(false), "terminal: not mappable", Some(AccessMethod::Stream))
        }
        (_, FileType::CharacterDevice) => {
            told(Some(false), "character device: not mappable", Some(AccessMethod::Stream))
        }
        (_, FileType::Fifo) => told(Some(false), "pipe: not mappable", Some(AccessMethod::Stream)),
        (_, FileType::Socket) => {
            told(Some(false), "socket: not mappable", opened.facts.is_stdin().then_some(AccessMethod::Stream))
        }
        _ => told(None, "unknown kind of file", None),
    }
}

fn tried(file: &OwnedFd) -> Mapping {
    let refused = Window::map(file.as_fd(), 0, 1).err();
    let auto = file.try_clone().and_then(|file| {
        Source::from_file("".into(), File::from(file), false, IoMode::Auto, crate::io::Range::default())
    });
    let why = refused.as_ref().map(|error| crate::io::Reason::Refused(error.raw_os_error().unwrap_or(0)).to_string());
    let auto_why = auto.as_ref().ok().and_then(Source::reason).map(|reason| reason.to_string());
    Mapping {
        mappable: Some(refused.is_none()),
        auto_why: auto_why.filter(|reason| why.as_ref() != Some(reason)),
        why,
        auto: auto.ok().map(|source| source.method()),
    }
}

/// Whether a size of 0 means that the size is not known, as on `/proc` and its kin.
pub fn states_no_size(facts: &Facts) -> bool {
    const KINDS: [&str; 9] =
        ["proc", "sysfs", "cgroupfs", "cgroup2fs", "debugfs", "tracefs", "securityfs", "selinux", "configfs"];
    filesystem(facts).is_some_and(|filesystem| KINDS.contains(&super::filesystem::kind(filesystem.magic).as_str()))
}

/// The size of a block device in bytes, from sysfs, so that it need not be opened.
pub fn device_size(facts: &Facts) -> Option<u64> {
    if facts.kind() != FileType::BlockDevice {
        return None;
    }
    let path = format!("/sys/dev/block/{}:{}/size", facts.inode.stx_rdev_major, facts.inode.stx_rdev_minor);
    let sectors: u64 = std::fs::read_to_string(path).ok()?.trim().parse().ok()?;
    // The kernel counts in units of 512 bytes there, whatever the device's sectors are.
    Some(sectors * 512)
}
