//! More of what a person does, a file each for what belongs together.

mod finding;
mod planning;
