//! Digest algorithms and their hashers, shared by `checksum` and `bench`.
//!
//! Each hasher takes a file in pieces, in order. Work that a digest can do out of order (a BLAKE3
//! subtree, a CRC to be combined) is a separate step. Nothing here knows about options or lists.

pub mod algorithm;
mod crc;
#[cfg(target_arch = "x86_64")]
mod fold;
mod foreign;
pub mod hasher;
mod md5;
mod sha;
#[cfg(target_arch = "x86_64")]
mod sha512;
mod sums;
pub mod tree;
mod value;

pub use algorithm::{Algorithm, Spec};
pub use foreign::ForeignDigest;
pub use hasher::Recipe;
pub use value::Digest;
