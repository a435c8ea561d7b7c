//! Queries the statistics of a volume.
#![allow(unsafe_code)]

use std::os::windows::ffi::OsStrExt;
use std::path::{Component, PathBuf};

use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceW;

use super::errno::Errno;
use super::handle::AsFd;
use super::information::facts;
use super::open::path_of;
use crate::os::Volume;

/// Returns the statistics of the volume that an open file is on. The number of files is unknown.
///
/// # Errors
/// Returns the system's error.
pub fn volume_of(file: impl AsFd) -> Result<Volume, Errno> {
    let file = file.as_fd();
    let path = path_of(file);
    let mut root: PathBuf =
        path.components().take_while(|part| matches!(part, Component::Prefix(_) | Component::RootDir)).collect();
    root.push("");
    let root: Vec<u16> = root.as_os_str().encode_wide().chain([0]).collect();
    let [mut sectors, mut bytes, mut free, mut all] = [0u32; 4];
    let result =
        // SAFETY: the name ends with a NUL, and the other pointers are to live locals.
        unsafe { GetDiskFreeSpaceW(root.as_ptr(), &raw mut sectors, &raw mut bytes, &raw mut free, &raw mut all) };
    if result == 0 {
        return Err(Errno::last());
    }
    let block = u64::from(sectors) * u64::from(bytes);
    Ok(Volume {
        magic: None,
        id: facts(file).map_or(0, |facts| facts.dwVolumeSerialNumber.into()),
        name_length: 255,
        block_size: block,
        fundamental_block_size: block,
        blocks: all.into(),
        free_blocks: free.into(),
        available_blocks: free.into(),
        inodes: 0,
        free_inodes: 0,
    })
}
