//! Collects the facts about one file once, for output as text or as JSON.
//!
//! Only regular files are opened, and only through a descriptor that already identifies the inode
//! (`O_PATH`). Even if a file is replaced in the meantime, no FIFO blocks and no device is opened.

use std::ffi::OsStr;
use std::fs::File;
use std::ops::Range;

use super::content::Content;
use super::facts::FileFacts;
use crate::io::{AccessMethod, IoMode, Source, path};
use crate::os::Window;
use crate::os::extents::{self, Layout, Sparseness};
use crate::os::file_users::{Coverage, FileUser, Identity, SoughtFile};
use crate::os::posix::{AsFd, BorrowedFd, Errno, FileType, OFlags, OsStrExt, OwnedFd, is_a_terminal, stdin};
use crate::os::residency::{self, CachedPages, ResidencyCell, UnknownResidency};
use crate::os::{AlternateStream, Status, StatxAttributes, StatxFlags, Volume, alternate_streams, reopen_quietly};

/// The maximum number of ranges or extents to visit, because a file may have millions.
const LIMIT: usize = 1 << 16;

/// The known facts about one file.
#[derive(Debug)]
pub struct Inspection {
    /// The facts of the file's inode.
    pub facts: FileFacts,
    /// The target of a symbolic link.
    pub target: Option<Vec<u8>>,
    /// The file's file system, if it can be queried.
    pub filesystem: Option<Volume>,
    /// The mount point of the file system.
    pub mount_point: Option<std::path::PathBuf>,
    /// Whether the file can be mapped.
    pub mapping: Mappability,
    /// The cached pages in equal parts of the file, or the reason why they are unknown. `None` if
    /// the file has no pages.
    pub cache: Option<Result<Vec<ResidencyCell>, UnknownResidency>>,
    /// The data and holes of the file.
    pub sparseness: Option<Sparseness>,
    /// The extents of the file on disk.
    pub layout: Option<Result<Layout, Errno>>,
    /// The processes that use the file, if requested. `Some(None)` if the system cannot list them.
    pub users: Option<Option<Users>>,
    /// The alternate data streams of the file, if the system supports them.
    pub alternate_streams: Option<Vec<AlternateStream>>,
    /// The classification of the content, if requested. `Some(None)` for files not read by default.
    pub content: Option<Option<Content>>,
    /// The outcome of `--touch` or `--evict`.
    pub cache_action: Option<super::page_cache_action::CacheOutcome>,
}

/// Whether a file can be mapped, and how `--io auto` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mappability {
    /// Whether the file can be mapped. `None` if that is unknown because the file was not opened.
    pub mappable: Option<bool>,
    /// The reason why the file cannot be mapped, or why that is unknown.
    pub why: Option<String>,
    /// The method by which `--io auto` reads the file.
    pub auto: Option<AccessMethod>,
    /// The reason why `--io auto` does not map a mappable file.
    pub auto_why: Option<String>,
}

/// The processes that have a file mapped or open.
#[derive(Debug, Clone)]
pub struct Users {
    /// The processes.
    pub file_users: Vec<FileUser>,
    /// The number of processes that were inspected.
    pub coverage: Coverage,
}

/// A file with the facts of its inode, opened if it is a regular file.
#[derive(Debug)]
pub struct OpenedFile {
    /// The facts of the file's inode.
    pub facts: FileFacts,
    /// An open descriptor, or the reason why there is none.
    pub file: Result<OwnedFd, NotOpened>,
}

/// The reason why a file was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpened {
    /// Opening the file could block or have side effects, or it has no bytes to query.
    ByKind,
    /// Opening the file failed.
    Failed(Errno),
}

impl OpenedFile {
    /// Opens the file of `facts` if it is regular and not empty. A file of size 0 has nothing to
    /// query, and opening one in `/proc` may have side effects.
    pub fn new(facts: FileFacts) -> OpenedFile {
        let opens = facts.kind() == FileType::RegularFile && facts.inode.stx_size > 0;
        let file = if opens { open(&facts).map_err(NotOpened::Failed) } else { Err(NotOpened::ByKind) };
        OpenedFile { facts, file }
    }

    /// Like [`OpenedFile::new`], but also opens a block device, to query its pages and read
    /// nothing.
    pub fn with_devices(facts: FileFacts) -> OpenedFile {
        if facts.kind() != FileType::BlockDevice || facts.is_stdin() {
            return OpenedFile::new(facts);
        }
        let file = path::open(OsStr::from_bytes(&facts.name)).map(OwnedFd::from);
        let file = file.map_err(|error| NotOpened::Failed(Errno::from_io_error(&error).unwrap_or(Errno::IO)));
        OpenedFile { facts, file }
    }

    /// Returns the size in bytes, which for a block device is its capacity.
    pub fn size(&self) -> u64 {
        match (&self.file, self.facts.kind()) {
            (Ok(file), FileType::BlockDevice) => extents::device_size(file.as_fd()).unwrap_or(0),
            _ => self.facts.inode.stx_size,
        }
    }

    /// Returns the open descriptor, if there is one.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().ok().map(AsFd::as_fd)
    }

    /// Returns the filter that finds the file's users, or `None` for a symbolic link.
    pub fn wanted(&self) -> Option<SoughtFile<'_>> {
        let inode = &self.facts.inode;
        let reported = Identity { major: inode.stx_dev_major, minor: inode.stx_dev_minor, inode: inode.stx_ino };
        (!matches!(self.facts.kind(), FileType::Symlink)).then(|| SoughtFile::new(reported, self.fd()))
    }

    /// Returns the cached pages of the file in at most `cells` parts, or `None` if it has no pages.
    pub fn cells(&self, cells: u64) -> Option<Result<Vec<ResidencyCell>, UnknownResidency>> {
        self.cells_within(0..self.facts.inode.stx_size, cells)
    }

    /// Returns the cached pages of the bytes `within` the file in at most `cells` parts, or `None`
    /// if it has no pages.
    pub fn cells_within(&self, within: Range<u64>, cells: u64) -> Option<Result<Vec<ResidencyCell>, UnknownResidency>> {
        match &self.file {
            Ok(file) => Some(residency::cells(file.as_fd(), within, cells)),
            Err(NotOpened::Failed(errno)) => Some(Err(UnknownResidency::NotOpened(*errno))),
            Err(NotOpened::ByKind) => None,
        }
    }
}

/// Opens exactly the inode that `facts` describes, or fails.
fn open(facts: &FileFacts) -> Result<OwnedFd, Errno> {
    if facts.is_stdin() {
        // This opens a separate file description: querying holes moves the position, and other
        // processes share the description of standard input.
        return reopen_quietly(stdin());
    }
    let follow = if facts.follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let name = OsStr::from_bytes(&facts.name);
    let anchor = path::anchor(name, follow)?;
    let stat = Status::of(&anchor).map_err(|_| Errno::STALE)?;
    if stat.inode != facts.inode.stx_ino || stat.kind != FileType::RegularFile {
        return Err(Errno::STALE);
    }
    match reopen_quietly(anchor.as_fd()) {
        // Without /proc, the name is opened again and must still refer to this inode.
        Err(Errno::NOENT) => {
            let file = path::open_without_waiting(name, follow)?;
            let is_same = Status::of(&file).is_ok_and(|now| now.identity() == stat.identity());
            if is_same { Ok(file) } else { Err(Errno::STALE) }
        }
        opened => opened,
    }
}

impl Inspection {
    /// Collects all facts that do not require reading the file. `width` is the number of parts in
    /// the picture of its pages.
    pub fn of(opened: OpenedFile, width: u64) -> Inspection {
        let cache = opened.cells(width);
        let fd = opened.fd();
        let size = opened.facts.inode.stx_size;
        let sparseness = fd.map(|fd| extents::sparseness(fd, size, LIMIT));
        let layout = fd.map(|fd| extents::layout(fd, LIMIT as u64));
        let alternate_streams = fd.and_then(alternate_streams);
        let mapping = mapping(&opened);
        let facts = opened.facts;
        let is_link = facts.kind() == FileType::Symlink;
        Inspection {
            target: if is_link { facts.target().ok() } else { None },
            filesystem: filesystem(&facts),
            mount_point: if facts.is_stdin() { None } else { super::directives::mount_point(&facts).ok() },
            mapping,
            cache,
            sparseness,
            layout,
            users: None,
            alternate_streams,
            content: None,
            cache_action: None,
            facts,
        }
    }

    /// Returns the cached pages of the whole file, if they are known.
    pub fn cached(&self) -> Option<CachedPages> {
        self.cache.as_ref()?.as_ref().ok().map(|cells| residency::total(cells))
    }

    /// Returns the alignment in bytes that direct I/O requires of memory and of offsets, if the
    /// file system reports them.
    pub fn direct_io(&self) -> Option<(u32, u32)> {
        let inode = &self.facts.inode;
        let is_reported = inode.stx_mask & StatxFlags::DIOALIGN.bits() != 0;
        (is_reported && inode.stx_dio_mem_align != 0).then_some((inode.stx_dio_mem_align, inode.stx_dio_offset_align))
    }

    /// Returns the names of the attributes that are set.
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

/// Returns whether the file system keeps its pages only in memory, where none can be dropped.
pub fn lives_in_memory(facts: &FileFacts) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    const RAMFS: u64 = 0x8584_58f6;
    const HUGETLBFS: u64 = 0x9584_58f6;
    filesystem(facts).is_some_and(|facts| matches!(facts.magic, Some(TMPFS | RAMFS | HUGETLBFS)))
}

fn filesystem(facts: &FileFacts) -> Option<Volume> {
    if facts.is_stdin() {
        return Volume::of(stdin()).ok();
    }
    if facts.kind() == FileType::Symlink {
        // `statfs` would follow the link.
        let anchor = path::anchor(OsStr::from_bytes(&facts.name), OFlags::NOFOLLOW).ok()?;
        return Volume::of(anchor).ok();
    }
    path::volume(OsStr::from_bytes(&facts.name)).ok()
}

/// Returns whether the file can be mapped: by trying if it is open, and otherwise by its type.
fn mapping(opened: &OpenedFile) -> Mappability {
    let by_type = |mappable, why: &str, auto| Mappability { mappable, why: Some(why.to_owned()), auto, auto_why: None };
    match (&opened.file, opened.facts.kind()) {
        (Ok(file), _) => by_trying(file),
        (Err(NotOpened::Failed(errno)), _) => {
            by_type(None, &format!("cannot open: {}", crate::os::error_text(&(*errno).into())), None)
        }
        (_, FileType::RegularFile) if states_no_size(&opened.facts) => {
            by_type(Some(false), "size unknown", Some(AccessMethod::Stream))
        }
        (_, FileType::RegularFile) => {
            by_type(Some(false), "empty: there is nothing to map", Some(AccessMethod::Stream))
        }
        (_, FileType::Directory) => by_type(Some(false), "Is a directory", None),
        (_, FileType::Symlink) => by_type(Some(false), "symbolic link: use -L to describe its target", None),
        (_, FileType::BlockDevice) => by_type(None, "block device: not opened", Some(AccessMethod::Map)),
        (_, FileType::CharacterDevice) if opened.facts.is_stdin() && is_a_terminal(stdin()) => {
            by_type(Some(false), "terminal: not mappable", Some(AccessMethod::Stream))
        }
        (_, FileType::CharacterDevice) => {
            by_type(Some(false), "character device: not mappable", Some(AccessMethod::Stream))
        }
        (_, FileType::Fifo) => by_type(Some(false), "pipe: not mappable", Some(AccessMethod::Stream)),
        (_, FileType::Socket) => {
            by_type(Some(false), "socket: not mappable", opened.facts.is_stdin().then_some(AccessMethod::Stream))
        }
        _ => by_type(None, "unknown file type", None),
    }
}

fn by_trying(file: &OwnedFd) -> Mappability {
    let refused = Window::map(file.as_fd(), 0, 1).err();
    let auto = file.try_clone().and_then(|file| {
        Source::from_file("".into(), File::from(file), false, IoMode::Auto, crate::io::Range::default())
    });
    let why = refused.as_ref().map(|error| crate::io::Reason::Refused(error.raw_os_error().unwrap_or(0)).to_string());
    let auto_why = auto.as_ref().ok().and_then(Source::reason).map(|reason| reason.to_string());
    Mappability {
        mappable: Some(refused.is_none()),
        auto_why: auto_why.filter(|reason| why.as_ref() != Some(reason)),
        why,
        auto: auto.ok().map(|source| source.method()),
    }
}

/// Returns whether a size of 0 means that the size is unknown, as in `/proc` and similar file
/// systems.
pub fn states_no_size(facts: &FileFacts) -> bool {
    const KINDS: [&str; 9] =
        ["proc", "sysfs", "cgroupfs", "cgroup2fs", "debugfs", "tracefs", "securityfs", "selinux", "configfs"];
    filesystem(facts).is_some_and(|filesystem| KINDS.contains(&super::filesystem::kind(filesystem.magic).as_str()))
}

/// Returns the size of a block device in bytes, from sysfs, so that it need not be opened.
pub fn device_size(facts: &FileFacts) -> Option<u64> {
    if facts.kind() != FileType::BlockDevice {
        return None;
    }
    let path = format!("/sys/dev/block/{}:{}/size", facts.inode.stx_rdev_major, facts.inode.stx_rdev_minor);
    let sectors: u64 = std::fs::read_to_string(path).ok()?.trim().parse().ok()?;
    // The unit in sysfs is 512 bytes, regardless of the device's sector size.
    Some(sectors * 512)
}
