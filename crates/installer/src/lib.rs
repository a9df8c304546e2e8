//! Wheels into an environment and out of it again: plan, link, scripts, RECORD.
