//! The provider of SHA-1, SHA-2 and SHA-3: AWS-LC, written in C and assembly, or the RustCrypto
//! crates.
//!
//! The feature `fast-sha` selects AWS-LC. Without it, the module `digest` here provides the same
//! few names on top of crates that need no C compiler. The digests are the same.

#[cfg(feature = "fast-sha")]
pub use aws_lc_rs::digest;

/// The names of `aws_lc_rs::digest` that are used here, provided by the RustCrypto crates.
#[cfg(not(feature = "fast-sha"))]
pub mod digest {
    use sha2::digest::DynDigest;

    type State = Box<dyn DynDigest + Send>;

    /// A digest function, as a constructor of its empty state.
    pub struct Function(fn() -> State);

    /// SHA-1, which is not collision-resistant.
    pub static SHA1_FOR_LEGACY_USE_ONLY: Function = Function(|| Box::new(sha1::Sha1::default()));
    /// SHA-224.
    pub static SHA224: Function = Function(|| Box::new(sha2::Sha224::default()));
    /// SHA-256.
    pub static SHA256: Function = Function(|| Box::new(sha2::Sha256::default()));
    /// SHA-384.
    pub static SHA384: Function = Function(|| Box::new(sha2::Sha384::default()));
    /// SHA-512.
    pub static SHA512: Function = Function(|| Box::new(sha2::Sha512::default()));
    /// SHA-512/256.
    pub static SHA512_256: Function = Function(|| Box::new(sha2::Sha512_256::default()));
    /// SHA3-256.
    pub static SHA3_256: Function = Function(|| Box::new(sha3::Sha3_256::default()));
    /// SHA3-384.
    pub static SHA3_384: Function = Function(|| Box::new(sha3::Sha3_384::default()));
    /// SHA3-512.
    pub static SHA3_512: Function = Function(|| Box::new(sha3::Sha3_512::default()));

    /// A running digest.
    pub struct Context(State);

    impl Context {
        /// Returns an empty digest.
        pub fn new(function: &'static Function) -> Context {
            Context((function.0)())
        }

        /// Hashes the next bytes.
        pub fn update(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }

        /// Returns the digest of everything hashed so far.
        pub fn finish(self) -> Box<[u8]> {
            self.0.finalize()
        }
    }
}
