//! The `lazypin` program.

fn main() {}
