//! Prints one JSON object per file, each on its own line.
//!
//! An unknown value is `null`, with a `reason` next to it, and never a guess.

use serde::Serialize;

use super::content::Content;
use super::facts::{FileFacts, FileTime};
use super::inspection::{self, Inspection, Mappability, Users};
use super::page_cache_action::CacheOutcome;
use super::text::why;
use crate::os::error_text;
use crate::os::file_users::{FileUser, MappedRange};
use crate::os::page_size;
use crate::os::residency::{self, ResidencyCell};
use crate::os::{AlternateStream, Volume};
use crate::output::{JsonText, to_json};

#[derive(Serialize)]
struct FileObject<'a> {
    name: JsonText<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<JsonText<'a>>,
    #[serde(rename = "type")]
    kind: &'static str,
    mode: String,
    permissions: String,
    uid: u32,
    owner: Option<JsonText<'a>>,
    gid: u32,
    group: Option<JsonText<'a>>,
    size: u64,
    blocks: u64,
    block_size: u32,
    io_block: u32,
    inode: u64,
    links: u32,
    device: Device,
    #[serde(skip_serializing_if = "Option::is_none")]
    special_device: Option<Device>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_size: Option<u64>,
    accessed: Moment,
    modified: Moment,
    changed: Moment,
    born: Option<Moment>,
    context: Option<JsonText<'a>>,
    filesystem: Option<Filesystem<'a>>,
    attributes: Vec<&'static str>,
    direct_io: Option<DirectIo>,
    mapping: MappingObject<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<CacheOutcomeObject>,
    cache: Option<Cache>,
    data: Option<DataObject>,
    extents: Option<Extents>,
    users: Option<UsersObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alternate_streams: Option<Vec<StreamObject<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a Option<Content>>,
}

#[derive(Serialize)]
struct Device {
    major: u32,
    minor: u32,
}

#[derive(Serialize)]
struct Moment {
    seconds: i64,
    nanoseconds: u32,
    text: String,
}

impl From<FileTime> for Moment {
    fn from(time: FileTime) -> Moment {
        Moment { seconds: time.seconds, nanoseconds: time.nanoseconds, text: time.text() }
    }
}

#[derive(Serialize)]
struct Filesystem<'a> {
    #[serde(rename = "type")]
    kind: String,
    magic: u64,
    mount_point: Option<JsonText<'a>>,
}

#[derive(Serialize)]
struct DirectIo {
    memory_alignment: u32,
    offset_alignment: u32,
}

#[derive(Serialize)]
struct MappingObject<'a> {
    mappable: Option<bool>,
    reason: Option<&'a str>,
    auto: Option<&'static str>,
    auto_reason: Option<&'a str>,
}

#[derive(Serialize)]
struct CacheOutcomeObject {
    #[serde(skip_serializing_if = "Option::is_none")]
    touched_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evicted: Option<Option<bool>>,
}

#[derive(Serialize, Default)]
struct Cache {
    page_size: u64,
    pages: u64,
    resident: Option<u64>,
    dirty: Option<u64>,
    writeback: Option<u64>,
    evicted: Option<u64>,
    recently_evicted: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The pages and the resident pages of equal parts of the file, in order.
    stretches: Vec<[u64; 2]>,
}

#[derive(Serialize)]
struct DataObject {
    ranges: u64,
    bytes: u64,
    holes: u64,
    hole_bytes: u64,
    complete: bool,
}

#[derive(Serialize)]
struct Extents {
    count: Option<u64>,
    fragments: Option<u64>,
    shared: Option<u64>,
    unwritten: Option<u64>,
    delayed: Option<u64>,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct UsersObject<'a> {
    inspected: usize,
    denied: usize,
    complete: bool,
    list: Vec<User<'a>>,
}

#[derive(Serialize)]
struct StreamObject<'a> {
    name: JsonText<'a>,
    size: u64,
}

#[derive(Serialize)]
struct User<'a> {
    pid: u32,
    command: JsonText<'a>,
    mapped: Vec<AreaObject>,
    open: Vec<DescriptorObject>,
}

#[derive(Serialize)]
struct AreaObject {
    mode: String,
    shared: bool,
    offset: u64,
    length: u64,
    start: u64,
    end: u64,
}

#[derive(Serialize)]
struct DescriptorObject {
    number: u32,
    read: bool,
    write: bool,
}

/// Returns the JSON object for one file, with a newline.
pub fn line(report: &Inspection) -> Vec<u8> {
    let mut line = to_json(&object(report)).unwrap_or_default();
    line.push(b'\n');
    line
}

fn object(report: &Inspection) -> FileObject<'_> {
    let facts = &report.facts;
    let inode = &facts.inode;
    let text = |name: Option<Vec<u8>>| name.map(JsonText::from);
    let special = facts.special_device() != 0;
    FileObject {
        name: JsonText::from(&facts.name[..]),
        target: report.target.as_deref().map(JsonText::from),
        kind: facts.kind_text(),
        mode: format!("{:04o}", inode.stx_mode & 0o7777),
        permissions: facts.mode_text(),
        uid: inode.stx_uid,
        owner: text(facts.owner()),
        gid: inode.stx_gid,
        group: text(facts.group()),
        size: inode.stx_size,
        blocks: inode.stx_blocks,
        block_size: 512,
        io_block: inode.stx_blksize,
        inode: inode.stx_ino,
        links: inode.stx_nlink,
        device: Device { major: inode.stx_dev_major, minor: inode.stx_dev_minor },
        special_device: special.then_some(Device { major: inode.stx_rdev_major, minor: inode.stx_rdev_minor }),
        device_size: inspection::device_size(facts),
        accessed: FileTime::from(inode.stx_atime).into(),
        modified: FileTime::from(inode.stx_mtime).into(),
        changed: FileTime::from(inode.stx_ctime).into(),
        born: facts.birth().map(Moment::from),
        context: text(facts.context().ok()),
        filesystem: filesystem(report),
        attributes: report.attributes(),
        direct_io: report
            .direct_io()
            .map(|(memory_alignment, offset_alignment)| DirectIo { memory_alignment, offset_alignment }),
        mapping: mapping(&report.mapping),
        done: report.cache_action.as_ref().map(done),
        cache: cache(facts, report),
        data: report.sparseness.map(|sparse| DataObject {
            ranges: sparse.data_ranges,
            bytes: sparse.data_bytes,
            holes: sparse.holes,
            hole_bytes: sparse.hole_bytes,
            complete: sparse.complete,
        }),
        extents: extents(report),
        users: report.users.as_ref().and_then(Option::as_ref).map(users),
        alternate_streams: report.alternate_streams.as_ref().map(|streams| streams.iter().map(stream).collect()),
        content: report.content.as_ref(),
    }
}

fn filesystem(report: &Inspection) -> Option<Filesystem<'_>> {
    use crate::os::posix::OsStrExt;
    let facts = report.filesystem.as_ref()?;
    Some(Filesystem {
        kind: super::filesystem::kind(facts.magic),
        magic: facts.magic.unwrap_or(0),
        mount_point: report.mount_point.as_deref().map(|path| JsonText::from(path.as_os_str().as_bytes())),
    })
}

fn mapping(mapping: &Mappability) -> MappingObject<'_> {
    MappingObject {
        mappable: mapping.mappable,
        reason: mapping.why.as_deref(),
        auto: mapping.auto.map(crate::io::AccessMethod::word),
        auto_reason: mapping.auto_why.as_deref(),
    }
}

fn done(done: &CacheOutcome) -> CacheOutcomeObject {
    match done {
        CacheOutcome::Touched(bytes) => CacheOutcomeObject { touched_bytes: Some(*bytes), evicted: None },
        CacheOutcome::Evicted(left) => {
            CacheOutcomeObject { touched_bytes: None, evicted: Some(left.ok().map(|cached| cached.resident == 0)) }
        }
    }
}

fn cache(facts: &FileFacts, report: &Inspection) -> Option<Cache> {
    let known =
        Cache { page_size: page_size() as u64, pages: residency::pages(facts.inode.stx_size), ..Cache::default() };
    Some(match report.cache.as_ref()? {
        Ok(cells) => {
            let total = residency::total(cells);
            Cache {
                resident: Some(total.resident),
                dirty: total.state.map(|state| state.dirty),
                writeback: total.state.map(|state| state.writeback),
                evicted: total.state.map(|state| state.evicted),
                recently_evicted: total.state.map(|state| state.recently_evicted),
                stretches: cells.iter().map(|ResidencyCell { pages, cached }| [*pages, cached.resident]).collect(),
                ..known
            }
        }
        Err(unknown) => Cache { reason: Some(why(*unknown)), ..known },
    })
}

fn extents(report: &Inspection) -> Option<Extents> {
    Some(match report.layout.as_ref()? {
        Ok(layout) => Extents {
            count: Some(layout.extents),
            fragments: Some(layout.fragments),
            shared: Some(layout.shared),
            unwritten: Some(layout.unwritten),
            delayed: Some(layout.delayed),
            complete: layout.complete,
            reason: None,
        },
        Err(errno) => Extents {
            count: None,
            fragments: None,
            shared: None,
            unwritten: None,
            delayed: None,
            complete: false,
            reason: Some(error_text(&(*errno).into())),
        },
    })
}

fn users(users: &Users) -> UsersObject<'_> {
    UsersObject {
        inspected: users.coverage.inspected,
        denied: users.coverage.denied,
        complete: users.coverage.denied == 0,
        list: users.file_users.iter().map(user).collect(),
    }
}

fn stream(stream: &AlternateStream) -> StreamObject<'_> {
    use crate::os::posix::OsStrExt;
    StreamObject { name: JsonText::from(stream.name.as_bytes()), size: stream.size }
}

fn user(holder: &FileUser) -> User<'_> {
    let area = |area: &MappedRange| AreaObject {
        mode: area.mode(),
        shared: area.shared,
        offset: area.offset,
        length: area.end - area.start,
        start: area.start,
        end: area.end,
    };
    User {
        pid: holder.pid,
        command: JsonText::from(&holder.command[..]),
        mapped: holder.mappings.iter().map(area).collect(),
        open: holder
            .descriptors
            .iter()
            .map(|open| DescriptorObject { number: open.number, read: open.read, write: open.write })
            .collect(),
    }
}

/// Returns the JSON object for a file system, with a newline.
pub fn filesystem_line(name: &[u8], facts: &Volume) -> Vec<u8> {
    #[derive(Serialize)]
    struct FilesystemObject<'a> {
        name: JsonText<'a>,
        #[serde(rename = "type")]
        kind: String,
        magic: u64,
        id: String,
        name_length: u64,
        block_size: u64,
        fundamental_block_size: u64,
        blocks: u64,
        free_blocks: u64,
        available_blocks: u64,
        inodes: u64,
        free_inodes: u64,
    }
    let whole = FilesystemObject {
        name: JsonText::from(name),
        kind: super::filesystem::kind(facts.magic),
        magic: facts.magic.unwrap_or(0),
        id: format!("{:x}", super::directives::filesystem_id(facts)),
        name_length: facts.name_length,
        block_size: facts.block_size,
        fundamental_block_size: facts.fundamental_block_size,
        blocks: facts.blocks,
        free_blocks: facts.free_blocks,
        available_blocks: facts.available_blocks,
        inodes: facts.inodes,
        free_inodes: facts.free_inodes,
    };
    let mut line = to_json(&whole).unwrap_or_default();
    line.push(b'\n');
    line
}
