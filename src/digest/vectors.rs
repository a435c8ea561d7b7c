//! Published test vectors for every algorithm, and tests that all ways of feeding a digest agree.

use super::*;
use proptest::prelude::*;

fn digest(spec: Spec, bytes: &[u8]) -> String {
    let mut hasher = Recipe::from(spec).hasher();
    hasher.update(bytes);
    hasher.finish().hex()
}

/// The digests of `""` and of `"abc"`, from the examples of FIPS 180-4 and 202, RFC 1321, RFC 7693,
/// GB/T 32905, and the tools of the BLAKE3 and xxHash papers.
const EMPTY_AND_ABC: &[(Algorithm, &str, &str)] = &[
    (
        Algorithm::Blake3,
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
    ),
    (
        Algorithm::Sha256,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
    (
        Algorithm::Sha224,
        "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
        "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    ),
    (
        Algorithm::Sha384,
        "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        Algorithm::Sha512,
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
    (
        Algorithm::Sha512_256,
        "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a",
        "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
    ),
    (
        Algorithm::Sha512_224,
        "6ed0dd02806fa89e25de060c19d3ac86cabb87d6a0ddd05c333b84f4",
        "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa",
    ),
    (Algorithm::Ripemd160, "9c1185a5c5e9fc54612808977ee8f548b2258d31", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
    (
        Algorithm::Blake2s,
        "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9",
        "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
    ),
    (
        Algorithm::Sha3_224,
        "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7",
        "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
    ),
    (
        Algorithm::Sha3_256,
        "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
        "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    ),
    (
        Algorithm::Sha3_384,
        "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2ac3713831264adb47fb6bd1e058d5f004",
        "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
    ),
    (
        Algorithm::Sha3_512,
        "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
        "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
    ),
    (Algorithm::Sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (Algorithm::Md5, "d41d8cd98f00b204e9800998ecf8427e", "900150983cd24fb0d6963f7d28e17f72"),
    (
        Algorithm::Blake2b,
        "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce",
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    ),
    (
        Algorithm::Sm3,
        "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    ),
    (Algorithm::Crc, "ffffffff", "48aa78a2"),
    (Algorithm::Crc32b, "00000000", "352441c2"),
    (Algorithm::Bsd, "0000", "40ac"),
    (Algorithm::Sysv, "0000", "0126"),
    (Algorithm::Crc32, "00000000", "352441c2"),
    (Algorithm::Crc32c, "00000000", "364b3fb7"),
    (Algorithm::Crc64Xz, "0000000000000000", "2cd8094a1a277627"),
    (Algorithm::Crc64Nvme, "0000000000000000", "05e5cabb3fc1faeb"),
    (Algorithm::Adler32, "00000001", "024d0127"),
    (Algorithm::Xxh32, "02cc5d05", "32d153ff"),
    (Algorithm::Xxh64, "ef46db3751d8e999", "44bc2cf5ad770999"),
    (Algorithm::Xxh3, "2d06800538d394c2", "78af5f94892f3950"),
    (Algorithm::Xxh128, "99aa06d3014798d86001c324468d497f", "06b05ab6733a618578af5f94892f3950"),
];

#[test]
fn published_digests_of_nothing_and_of_abc() {
    let listed: Vec<Algorithm> = EMPTY_AND_ABC.iter().map(|row| row.0).collect();
    // The parallel variants have their own test.
    for algorithm in Algorithm::all().filter(|one| !matches!(one, Algorithm::Blake2bp | Algorithm::Blake2sp)) {
        assert!(listed.contains(&algorithm), "{algorithm:?} has no vector");
    }
    for &(algorithm, empty, abc) in EMPTY_AND_ABC {
        assert_eq!(digest(algorithm.into(), b""), empty, "{algorithm:?} of nothing");
        assert_eq!(digest(algorithm.into(), b"abc"), abc, "{algorithm:?} of abc");
    }
}

/// Tests the second messages of FIPS 180-4's examples, of 448 and 896 bits, and one million letters
/// `a`.
#[test]
fn longer_messages_of_the_standard() {
    let short = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    let long = b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
    let letters = vec![b'a'; 1_000_000];
    for (algorithm, message, want) in [
        (Algorithm::Sha1, &short[..], "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        (Algorithm::Sha256, short, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        (
            Algorithm::Sha512,
            long,
            "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
        ),
        (Algorithm::Sha1, &letters, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
        (Algorithm::Sha256, &letters, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        (Algorithm::Md5, &letters, "7707d6ae4e027c70eea2a935c2296f21"),
    ] {
        assert_eq!(digest(algorithm.into(), message), want, "{algorithm:?}");
    }
}

/// From BLAKE2's `blake2-kat.json`, whose unkeyed vectors of the parallel variants hash the empty
/// input, and from their definition (<https://www.blake2.net/blake2.pdf>, section 2.10): lanes take
/// the input's blocks in turn.
#[test]
fn parallel_blake2_is_its_definition() {
    use blake2b_simd::Params;
    assert_eq!(
        digest(Algorithm::Blake2sp.into(), b""),
        "dd0e891776933f43c7d032b08a917e25741f8aa9a12c12e1cac8801500f2ca4f"
    );
    let bytes: Vec<u8> = (0..5_000u32).map(|i| (i % 251) as u8).collect();
    let node = |offset, depth, is_last| {
        let mut params = Params::new();
        params.fanout(4).max_depth(2).inner_hash_length(64).node_offset(offset).node_depth(depth).last_node(is_last);
        params.to_state()
    };
    let mut root = node(0, 1, true);
    for lane in 0..4 {
        let mut leaf = node(lane as u64, 0, lane == 3);
        bytes.chunks(128).skip(lane).step_by(4).for_each(|block| _ = leaf.update(block));
        root.update(leaf.finalize().as_bytes());
    }
    assert_eq!(digest(Algorithm::Blake2bp.into(), &bytes), root.finalize().to_hex().as_str());
}

/// From BLAKE3's `test_vectors.json`: input bytes count up modulo 251.
#[test]
fn blake3s_own_vectors() {
    let input: Vec<u8> = (0..102_400u32).map(|i| (i % 251) as u8).collect();
    for (len, want) in [
        (0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"),
        (1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"),
        (2, "7b7015bb92cf0b318037702a6cdd81dee41224f734684c2c122cd6359cb1ee63"),
        (3, "e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f"),
        (1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"),
        (1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"),
        (1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"),
        (2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"),
        (2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"),
        (3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2"),
        (4097, "9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb995"),
        (8192, "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63"),
        (31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"),
        (102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"),
    ] {
        assert_eq!(digest(Algorithm::Blake3.into(), &input[..len]), want, "{len} bytes");
    }
}

fn recipes() -> Vec<Recipe> {
    let shorter = [Spec { algorithm: Algorithm::Blake2b, len: 20 }, Spec { algorithm: Algorithm::Blake3, len: 77 }];
    Algorithm::all().map(Spec::from).chain(shorter).map(Recipe::from).collect()
}

proptest! {
    #[test]
    fn bytes_parts_and_zeros_all_give_the_same_digest(
        bytes in prop::collection::vec(any::<u8>(), 0..5000), cut in 0usize..5000, zeros in 0u64..140_000,
    ) {
        let (left, right) = bytes.split_at(cut.min(bytes.len()));
        let mut written_out = left.to_vec();
        written_out.resize(left.len() + zeros as usize, 0);
        written_out.extend(right);
        for recipe in recipes() {
            let want = { let mut all = recipe.hasher(); all.update(&written_out); all.finish() };
            for mut hasher in [recipe.hasher(), recipe.joiner()] {
                hasher.absorb(&recipe.part(0, left), left);
                hasher.zeros(zeros);
                hasher.absorb(&recipe.part(hasher.len, right), right);
                prop_assert_eq!(hasher.finish(), want.clone(), "{:?}", recipe.spec);
            }
        }
    }
}
