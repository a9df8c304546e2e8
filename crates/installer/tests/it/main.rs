//! Wheels into an environment and out again: what is placed, what is refused, what is restored.

mod change;
mod legacy;
mod placing;
mod storing;
mod tree;
mod uv;
mod verifying;
mod world;
