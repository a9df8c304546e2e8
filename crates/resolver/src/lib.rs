//! Requirements and facts to a resolution, or to an explanation: a state machine without I/O.
