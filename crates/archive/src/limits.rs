//! What reading an archive may cost, whatever its headers claim.

/// Bounds on an archive. The defaults let through every wheel and sdist that the default index
/// takes, and stop the known bombs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many entries an archive may have.
    pub entries_max: usize,
    /// How many bytes an entry's name may have.
    pub name_max_bytes: usize,
    /// How many bytes one entry may unpack to.
    pub entry_max_bytes: u64,
    /// How many bytes all entries together may unpack to.
    pub total_max_bytes: u64,
    /// How many times larger than the archive its contents may be, once they exceed
    /// [`ratio_free_bytes`](Self::ratio_free_bytes).
    pub ratio_max: u64,
    /// Up to this many unpacked bytes any ratio is fine: text compresses well.
    pub ratio_free_bytes: u64,
    /// Entries up to this size are unpacked at once with libdeflate; larger ones are streamed.
    pub whole_entry_max_bytes: u64,
    /// Whether zip entries compressed with Zstandard (method 93) are read. No installer of today
    /// is known to read them, so a wheel that has some is refused by default.
    pub zstandard: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries_max: 250_000,
            name_max_bytes: 1024,
            entry_max_bytes: 8 << 30,
            total_max_bytes: 16 << 30,
            // The default index's own bound for wheels.
            ratio_max: 50,
            ratio_free_bytes: 64 << 20,
            whole_entry_max_bytes: 16 << 20,
            zstandard: false,
        }
    }
}

impl Limits {
    /// Whether `unpacked` bytes out of `packed` are more than the ratio allows.
    pub(crate) fn exceeds_ratio(&self, packed: u64, unpacked: u64) -> bool {
        unpacked > self.ratio_free_bytes && unpacked / self.ratio_max > packed
    }
}
