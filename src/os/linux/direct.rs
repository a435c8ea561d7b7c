//! Reads that bypass the page cache (`O_DIRECT`), and reads that never wait for the disk
//! (`RWF_NOWAIT`). They are requested only for measurements.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, OFlags, StatxFlags, fcntl_getfl, fcntl_setfl, statx};
use rustix::io::{Errno, ReadWriteFlags};

/// The alignment that every file system accepts, for kernels that do not report one.
const USUAL_ALIGNMENT: u64 = 4096;

/// Returns whether reads of a descriptor bypass the page cache.
pub fn is_direct(file: impl AsFd) -> bool {
    fcntl_getfl(file).is_ok_and(|flags| flags.contains(OFlags::DIRECT))
}

/// Makes every later read of `file` bypass the page cache. Returns the file, and the alignment in
/// bytes that the offset, the length and the memory of such a read need.
///
/// # Errors
/// Returns EINVAL or `Unsupported` where the file system has no direct reads.
pub fn into_direct(file: File) -> io::Result<(File, u64)> {
    fcntl_setfl(&file, fcntl_getfl(&file)? | OFlags::DIRECT)?;
    let facts = statx(&file, c"", AtFlags::EMPTY_PATH, StatxFlags::DIOALIGN);
    // Before Linux 6.1 the kernel does not report this, and some file systems never do.
    let stated = facts.ok().filter(|facts| facts.stx_mask & StatxFlags::DIOALIGN.bits() != 0);
    match stated.map(|facts| facts.stx_dio_mem_align.max(facts.stx_dio_offset_align)) {
        // The flag can be set even on a file whose reads would still go through the cache
        // (statx(2)).
        Some(0) => Err(io::ErrorKind::Unsupported.into()),
        Some(alignment) => Ok((file, u64::from(alignment.next_power_of_two()))),
        None => Ok((file, USUAL_ALIGNMENT)),
    }
}

/// Reads the cached bytes at `offset` without waiting (`preadv2(2)`, `RWF_NOWAIT`); `None` if none
/// are cached.
///
/// # Errors
/// Returns EOPNOTSUPP if the file system cannot report what is cached, or another error from
/// `preadv2(2)`.
pub fn read_cached(file: impl AsFd, bytes: &mut [u8], offset: u64) -> io::Result<Option<usize>> {
    match rustix::io::preadv2(file, &mut [IoSliceMut::new(bytes)], offset, ReadWriteFlags::NOWAIT) {
        Ok(got) => Ok(Some(got)),
        Err(Errno::AGAIN) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn bytes_just_written_are_cached() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"some bytes").unwrap();
        let mut bytes = [0; 5];
        match read_cached(&file, &mut bytes, 5) {
            Ok(got) => assert_eq!((got, &bytes), (Some(5), b"bytes")),
            Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => crate::skipped::skip("preadv2(2)"),
            Err(error) => assert_eq!(error.raw_os_error(), Some(libc::EOPNOTSUPP)),
        }
    }

    #[test]
    fn the_alignment_is_a_power_of_two() {
        let file = tempfile::tempfile().unwrap();
        match into_direct(file) {
            Ok((_, alignment)) => assert!(alignment.is_power_of_two(), "{alignment}"),
            Err(error) => eprintln!("skipped: {error}"),
        }
    }
}
