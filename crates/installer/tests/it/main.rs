//! Wheels into an environment and out again: what is placed, what is refused, what is restored.

mod change;
mod placing;
mod storing;
mod uv;
mod world;
