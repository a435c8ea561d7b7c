//! Queries how the disk stores a file (`FIEMAP`), and the size of a block device.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;

use crate::os::Layout;

/// `struct fiemap_extent` of `<linux/fiemap.h>`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct RawExtent {
    logical: u64,
    physical: u64,
    length: u64,
    reserved64: [u64; 2],
    flags: u32,
    reserved: [u32; 3],
}

const BATCH: usize = 128;

/// `struct fiemap` of `<linux/fiemap.h>` with room for [`BATCH`] extents.
#[repr(C)]
struct RawFiemap {
    start: u64,
    length: u64,
    flags: u32,
    mapped_extents: u32,
    extent_count: u32,
    reserved: u32,
    extents: [RawExtent; BATCH],
}

const FS_IOC_FIEMAP: libc::Ioctl = 0xC020_660B_u32 as libc::Ioctl;
const EXTENT_LAST: u32 = 0x1;
const EXTENT_DELALLOC: u32 = 0x4;
const EXTENT_UNWRITTEN: u32 = 0x800;
const EXTENT_SHARED: u32 = 0x2000;

/// Asks the file system how it stores `file`, visiting at most `limit` extents.
///
/// # Errors
/// Returns `EOPNOTSUPP` or `ENOTTY` if the file system has no such map, and any other error from
/// the ioctl.
pub fn layout(file: BorrowedFd<'_>, limit: u64) -> Result<Layout, Errno> {
    let mut request = RawFiemap {
        start: 0,
        length: u64::MAX,
        flags: 0,
        mapped_extents: 0,
        extent_count: BATCH as u32,
        reserved: 0,
        extents: [RawExtent::default(); BATCH],
    };
    let mut layout = Layout::default();
    let mut previous_end = None;
    loop {
        // SAFETY: `request` is `struct fiemap` followed by room for `extent_count` extents. The
        // kernel writes no more than that, and every bit pattern is a valid value of these integer
        // fields.
        let answer = unsafe { libc::ioctl(file.as_raw_fd(), FS_IOC_FIEMAP, &mut request) };
        if answer != 0 {
            return Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::INVAL));
        }
        let mapped = &request.extents[..(request.mapped_extents as usize).min(BATCH)];
        for extent in mapped {
            layout.extents += 1;
            let is = |flag| u64::from(extent.flags & flag != 0);
            layout.shared += is(EXTENT_SHARED);
            layout.unwritten += is(EXTENT_UNWRITTEN);
            layout.delayed += is(EXTENT_DELALLOC);
            layout.fragments += u64::from(previous_end != Some(extent.physical));
            previous_end = Some(extent.physical.wrapping_add(extent.length));
        }
        let Some(last) = mapped.last() else {
            layout.complete = true;
            return Ok(layout);
        };
        if last.flags & EXTENT_LAST != 0 {
            layout.complete = true;
            return Ok(layout);
        }
        if layout.extents >= limit {
            return Ok(layout);
        }
        request.start = last.logical.wrapping_add(last.length);
        request.length = u64::MAX - request.start;
    }
}

/// Returns the size of a block device in bytes.
///
/// The size may change like a file's. Seeking to the end also returns it, but moves a position that
/// threads share.
///
/// # Errors
/// Returns the error from the ioctl: `ENOTTY` if `device` is not a block device.
pub fn device_size(device: BorrowedFd<'_>) -> io::Result<u64> {
    let mut size = 0_u64;
    // SAFETY: BLKGETSIZE64 writes one u64 through the pointer; its type says size_t for historical
    // reasons.
    match unsafe { libc::ioctl(device.as_raw_fd(), BLKGETSIZE64, &raw mut size) } {
        0 => Ok(size),
        _ => Err(io::Error::last_os_error()),
    }
}

/// `_IOR(0x12, 114, size_t)` of `<linux/fs.h>`.
const BLKGETSIZE64: libc::Ioctl = libc::_IOR::<usize>(0x12, 114);
