//! Compiles `src/engine/stage.rs` and `src/os/window_table.rs` themselves against loom's threads
//! and atomics: `cargo test --manifest-path model/Cargo.toml --release -- --nocapture`.
#![cfg(test)]

mod table;
mod turnstile;
