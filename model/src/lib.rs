//! `src/engine/turn.rs` and `src/io/slot.rs`, the very files, compiled against loom's threads and
//! atomics: `cargo test --manifest-path model/Cargo.toml --release -- --nocapture`.
#![cfg(test)]

mod table;
mod turnstile;
