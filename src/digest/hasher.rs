//! A running digest of any algorithm, computed by the fastest crate for it.
//!
//! A digest is fed in order: with bytes, with runs of zeros and, if the algorithm allows it, with
//! pieces that were hashed separately. Nothing here knows about files, threads or output. Mapped
//! bytes may change while they are hashed. No hasher here indexes or branches on the bytes it
//! reads, so such bytes produce some digest and never a panic; the engine then detects the change.

#[cfg(not(target_arch = "x86_64"))]
use std::convert::Infallible;

use super::algorithm::{Algorithm, Spec};
use super::crc::Model;
use super::md5::Md5;
#[cfg(target_arch = "x86_64")]
use super::sha512::Sha512;
use super::sums;
use super::tree::{self, Tree, TreeKey};
use super::value::Digest;
use crate::os::{self, prefetching_walk};

/// A digest to compute, with its options.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// The digest's algorithm and length.
    pub spec: Spec,
    /// BLAKE3's key.
    pub key: TreeKey,
    /// The offset of the digest in BLAKE3's output, in bytes.
    pub seek: u64,
}

impl From<Spec> for Recipe {
    fn from(spec: Spec) -> Recipe {
        Recipe { spec, key: TreeKey::None, seek: 0 }
    }
}

/// The result of [`Recipe::part`] for one piece of the input.
#[derive(Debug)]
pub enum HashedPart {
    /// Nothing: the algorithm is serial and needs the bytes themselves.
    Bytes,
    /// A CRC or sum of the piece alone.
    Sum(u64),
    /// BLAKE3 subtrees.
    Tree(tree::TreePart),
    /// The BLAKE3 digest of the whole input.
    Root([u8; 32]),
}

impl Recipe {
    /// Returns whether pieces of one input can be hashed independently.
    pub fn splits(&self) -> bool {
        matches!(self.spec.algorithm, Algorithm::Blake3 | Algorithm::Adler32 | Algorithm::Sysv)
            || Model::of(self.spec.algorithm).is_some()
    }

    /// Returns whether a run of zeros of any length takes constant time.
    pub fn skips_zeros(&self) -> bool {
        matches!(self.spec.algorithm, Algorithm::Adler32 | Algorithm::Sysv | Algorithm::Bsd)
            || Model::of(self.spec.algorithm).is_some()
    }

    /// Hashes as much of the piece at `offset` as is possible without the bytes before it.
    pub fn part(&self, offset: u64, bytes: &[u8]) -> HashedPart {
        match self.spec.algorithm {
            Algorithm::Blake3 => HashedPart::Tree(tree::part(&self.key, offset, bytes)),
            Algorithm::Adler32 => HashedPart::Sum(sums::adler32(bytes).into()),
            Algorithm::Sysv => HashedPart::Sum(sums::sysv(bytes).into()),
            algorithm => Model::of(algorithm).map_or(HashedPart::Bytes, |model| HashedPart::Sum(model.checksum(bytes))),
        }
    }

    /// Hashes an input that is a single piece, for which BLAKE3 has a faster function.
    pub fn whole(&self, bytes: &[u8]) -> HashedPart {
        match self {
            Recipe { spec: Spec { algorithm: Algorithm::Blake3, len: 32 }, key: TreeKey::None, seek: 0 } => {
                HashedPart::Root(blake3::hash(bytes).into())
            }
            _ => HashedPart::Bytes,
        }
    }

    /// Returns an empty digest for an input whose first part is `part`.
    pub fn begin(&self, part: &HashedPart, is_whole: bool) -> Hasher {
        match part {
            HashedPart::Root(root) => Hasher { recipe: *self, len: 0, state: HashState::Root(*root) },
            _ if is_whole => self.hasher(),
            _ => self.joiner(),
        }
    }

    /// Returns an empty digest for input that is fed in order.
    pub fn hasher(&self) -> Hasher {
        Hasher { recipe: *self, len: 0, state: HashState::new(self) }
    }

    /// Returns an empty digest for input whose parts come from [`Recipe::part`].
    pub fn joiner(&self) -> Hasher {
        let state = match self.spec.algorithm {
            Algorithm::Blake3 => HashState::Tree(Tree::new(self.key)),
            _ => HashState::new(self),
        };
        Hasher { recipe: *self, len: 0, state }
    }
}

/// A running digest.
pub struct Hasher {
    recipe: Recipe,
    len: u64,
    state: HashState,
}

#[allow(clippy::large_enum_variant, reason = "a few exist at a time, and each is used for megabytes")]
enum HashState {
    Blake3(Box<blake3::Hasher>),
    Tree(Tree),
    Root([u8; 32]),
    #[cfg(target_arch = "x86_64")]
    Sha512(Sha512),
    Aws(super::sha::digest::Context),
    Sha512_224(sha2::Sha512_224),
    Sha3_224(sha3::Sha3_224),
    Md5(Md5),
    Ripemd160(ripemd::Ripemd160),
    Blake2b(Box<blake2b_simd::State>),
    Blake2s(Box<blake2s_simd::State>),
    Blake2bp(Box<blake2b_simd::blake2bp::State>),
    Blake2sp(Box<blake2s_simd::blake2sp::State>),
    Sm3(sm3::Sm3),
    Crc(Model, u64),
    Adler32(u32),
    Bsd(u16),
    Sysv(u32),
    Xxh32(twox_hash::XxHash32),
    Xxh64(twox_hash::XxHash64),
    Xxh3(Box<twox_hash::XxHash3_64>),
    Xxh128(Box<twox_hash::XxHash3_128>),
}

impl HashState {
    fn new(recipe: &Recipe) -> HashState {
        use super::sha::digest;
        let aws = |algorithm| HashState::Aws(digest::Context::new(algorithm));
        #[cfg(target_arch = "x86_64")]
        let sha512 = |ours: Option<Sha512>, otherwise| ours.map_or_else(|| aws(otherwise), HashState::Sha512);
        #[cfg(target_arch = "x86_64")]
        use Sha512 as Kernel;
        #[cfg(not(target_arch = "x86_64"))]
        let sha512 = |_: Option<Infallible>, otherwise| aws(otherwise);
        #[cfg(not(target_arch = "x86_64"))]
        use Absent as Kernel;
        // Only BLAKE3 digests can be longer than the address space, and BLAKE3 does not need the
        // length yet.
        let len = usize::try_from(recipe.spec.len).unwrap_or(usize::MAX);
        match recipe.spec.algorithm {
            Algorithm::Blake3 => HashState::Blake3(Box::new(recipe.key.hasher())),
            Algorithm::Sha256 => aws(&digest::SHA256),
            Algorithm::Sha224 => aws(&digest::SHA224),
            Algorithm::Sha384 => sha512(Kernel::sha384(), &digest::SHA384),
            Algorithm::Sha512 => sha512(Kernel::full(), &digest::SHA512),
            Algorithm::Sha512_256 => sha512(Kernel::sha512_256(), &digest::SHA512_256),
            Algorithm::Sha512_224 => HashState::Sha512_224(sha2::Sha512_224::default()),
            Algorithm::Sha3_224 => HashState::Sha3_224(sha3::Sha3_224::default()),
            Algorithm::Sha3_256 => aws(&digest::SHA3_256),
            Algorithm::Sha3_384 => aws(&digest::SHA3_384),
            Algorithm::Sha3_512 => aws(&digest::SHA3_512),
            Algorithm::Sha1 => aws(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Algorithm::Md5 => HashState::Md5(Md5::new()),
            Algorithm::Ripemd160 => HashState::Ripemd160(ripemd::Ripemd160::default()),
            Algorithm::Blake2b => HashState::Blake2b(Box::new(blake2b_simd::Params::new().hash_length(len).to_state())),
            Algorithm::Blake2s => HashState::Blake2s(Box::new(blake2s_simd::Params::new().hash_length(len).to_state())),
            Algorithm::Blake2bp => {
                HashState::Blake2bp(Box::new(blake2b_simd::blake2bp::Params::new().hash_length(len).to_state()))
            }
            Algorithm::Blake2sp => {
                HashState::Blake2sp(Box::new(blake2s_simd::blake2sp::Params::new().hash_length(len).to_state()))
            }
            Algorithm::Sm3 => HashState::Sm3(sm3::Sm3::default()),
            Algorithm::Adler32 => HashState::Adler32(sums::ADLER_EMPTY),
            Algorithm::Bsd => HashState::Bsd(0),
            Algorithm::Sysv => HashState::Sysv(0),
            Algorithm::Xxh32 => HashState::Xxh32(twox_hash::XxHash32::with_seed(0)),
            Algorithm::Xxh64 => HashState::Xxh64(twox_hash::XxHash64::with_seed(0)),
            Algorithm::Xxh3 => HashState::Xxh3(Box::new(twox_hash::XxHash3_64::new())),
            Algorithm::Xxh128 => HashState::Xxh128(Box::new(twox_hash::XxHash3_128::new())),
            algorithm @ (Algorithm::Crc
            | Algorithm::Crc32b
            | Algorithm::Crc32
            | Algorithm::Crc32c
            | Algorithm::Crc64Xz
            | Algorithm::Crc64Nvme) => {
                let model = Model::of(algorithm).expect("a CRC");
                HashState::Crc(model, model.empty())
            }
        }
    }
}

/// A placeholder for the SHA-512 kernel on other processors.
#[cfg(not(target_arch = "x86_64"))]
struct Absent;
#[cfg(not(target_arch = "x86_64"))]
impl Absent {
    fn sha384() -> Option<Infallible> {
        None
    }

    fn full() -> Option<Infallible> {
        None
    }

    fn sha512_256() -> Option<Infallible> {
        None
    }
}

impl Hasher {
    /// Hashes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        use std::hash::Hasher as _;
        match &mut self.state {
            HashState::Blake3(hasher) => _ = hasher.update(bytes),
            HashState::Tree(tree) => tree.absorb(&tree::part(&self.recipe.key, self.len, bytes), bytes),
            HashState::Root(_) => debug_assert!(bytes.is_empty(), "it is of all there is"),
            #[cfg(target_arch = "x86_64")]
            HashState::Sha512(hasher) => prefetching_walk(bytes, |piece| hasher.update(piece)),
            HashState::Aws(context) => prefetching_walk(bytes, |piece| context.update(piece)),
            HashState::Sha512_224(hasher) => prefetching_walk(bytes, |piece| sha2::Digest::update(hasher, piece)),
            HashState::Sha3_224(hasher) => prefetching_walk(bytes, |piece| sha3::Digest::update(hasher, piece)),
            HashState::Md5(hasher) => prefetching_walk(bytes, |piece| hasher.update(piece)),
            HashState::Ripemd160(hasher) => prefetching_walk(bytes, |piece| ripemd::Digest::update(hasher, piece)),
            HashState::Blake2b(state) => prefetching_walk(bytes, |piece| _ = state.update(piece)),
            HashState::Blake2s(state) => prefetching_walk(bytes, |piece| _ = state.update(piece)),
            HashState::Blake2bp(state) => prefetching_walk(bytes, |piece| _ = state.update(piece)),
            HashState::Blake2sp(state) => prefetching_walk(bytes, |piece| _ = state.update(piece)),
            HashState::Sm3(hasher) => prefetching_walk(bytes, |piece| sm3::Digest::update(hasher, piece)),
            HashState::Crc(model, crc) => *crc = model.combine(*crc, model.checksum(bytes), bytes.len() as u64),
            HashState::Adler32(sum) => *sum = sums::adler32_combine(*sum, sums::adler32(bytes), bytes.len() as u64),
            HashState::Bsd(sum) => *sum = sums::bsd(*sum, bytes),
            HashState::Sysv(sum) => *sum = sum.wrapping_add(sums::sysv(bytes)),
            HashState::Xxh32(hasher) => prefetching_walk(bytes, |piece| hasher.write(piece)),
            HashState::Xxh64(hasher) => prefetching_walk(bytes, |piece| hasher.write(piece)),
            HashState::Xxh3(hasher) => prefetching_walk(bytes, |piece| hasher.write(piece)),
            HashState::Xxh128(hasher) => prefetching_walk(bytes, |piece| hasher.write(piece)),
        }
        self.len += bytes.len() as u64;
    }

    /// Hashes `count` zero bytes, as in a hole.
    pub fn zeros(&mut self, count: u64) {
        match &mut self.state {
            HashState::Crc(model, crc) => *crc = model.zeros(*crc, count),
            HashState::Adler32(sum) => *sum = sums::adler32_zeros(*sum, count),
            HashState::Bsd(sum) => *sum = sums::bsd_zeros(*sum, count),
            HashState::Sysv(_) => {}
            _ => {
                let mut left = count;
                while left > 0 {
                    let now = left.min(os::MAX_ZEROS as u64);
                    self.update(&os::zeros()[..now as usize]);
                    left -= now;
                }
                return;
            }
        }
        self.len += count;
    }

    /// Adds the next piece; `part` is the result of [`Recipe::part`] for it.
    pub fn absorb(&mut self, part: &HashedPart, bytes: &[u8]) {
        let len = bytes.len() as u64;
        match (&mut self.state, part) {
            (HashState::Tree(tree), HashedPart::Tree(part)) => tree.absorb(part, bytes),
            // The digest was created from this root.
            (HashState::Root(_), HashedPart::Root(_)) => {}
            (HashState::Crc(model, crc), HashedPart::Sum(sum)) => *crc = model.combine(*crc, *sum, len),
            (HashState::Adler32(left), HashedPart::Sum(sum)) => *left = sums::adler32_combine(*left, *sum as u32, len),
            (HashState::Sysv(left), HashedPart::Sum(sum)) => *left = left.wrapping_add(*sum as u32),
            _ => return self.update(bytes),
        }
        self.len += len;
    }

    /// Returns the digest of everything hashed so far.
    pub fn finish(self) -> Digest {
        use std::hash::Hasher as _;
        let Recipe { spec, seek, .. } = self.recipe;
        let output = |reader| Digest::from_output(spec, reader, seek, self.len);
        let bytes = match self.state {
            HashState::Blake3(hasher) => return output(hasher.finalize_xof()),
            HashState::Tree(tree) => return output(tree.finish()),
            HashState::Root(root) => root.to_vec(),
            #[cfg(target_arch = "x86_64")]
            HashState::Sha512(hasher) => hasher.finish()[..spec.len as usize].to_vec(),
            HashState::Aws(context) => context.finish().as_ref().to_vec(),
            HashState::Sha512_224(hasher) => sha2::Digest::finalize(hasher).to_vec(),
            HashState::Sha3_224(hasher) => sha3::Digest::finalize(hasher).to_vec(),
            HashState::Md5(hasher) => hasher.finish().to_vec(),
            HashState::Ripemd160(hasher) => ripemd::Digest::finalize(hasher).to_vec(),
            HashState::Blake2b(state) => state.finalize().as_bytes().to_vec(),
            HashState::Blake2s(state) => state.finalize().as_bytes().to_vec(),
            HashState::Blake2bp(state) => state.finalize().as_bytes().to_vec(),
            HashState::Blake2sp(state) => state.finalize().as_bytes().to_vec(),
            HashState::Sm3(hasher) => sm3::Digest::finalize(hasher).to_vec(),
            HashState::Crc(model, crc) => {
                let crc = if spec.algorithm == Algorithm::Crc { with_length(&model, crc, self.len) } else { crc };
                crc.to_be_bytes()[8 - spec.len as usize..].to_vec()
            }
            HashState::Adler32(sum) => sum.to_be_bytes().to_vec(),
            HashState::Bsd(sum) => sum.to_be_bytes().to_vec(),
            HashState::Sysv(sum) => sums::sysv_finish(sum).to_be_bytes().to_vec(),
            HashState::Xxh32(hasher) => hasher.finish_32().to_be_bytes().to_vec(),
            HashState::Xxh64(hasher) => hasher.finish().to_be_bytes().to_vec(),
            HashState::Xxh3(hasher) => hasher.finish().to_be_bytes().to_vec(),
            HashState::Xxh128(hasher) => hasher.finish_128().to_be_bytes().to_vec(),
        };
        Digest::new(spec, bytes, self.len)
    }
}

/// Adds the length to a CRC as in POSIX: least significant byte first, without leading zeros.
fn with_length(model: &Model, crc: u64, len: u64) -> u64 {
    let significant = (u64::BITS - len.leading_zeros()).div_ceil(8) as usize;
    let length = &len.to_le_bytes()[..significant];
    model.combine(crc, model.checksum(length), significant as u64)
}

#[cfg(test)]
#[path = "vectors.rs"]
mod tests;
