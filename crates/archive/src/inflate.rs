//! Unpacking a whole deflate stream with libdeflate: exactly so many bytes in, exactly so many out.
//!
//! The safe crate over libdeflate neither tells how much of the input was used, so that bytes
//! hidden behind a stream would go unseen, nor writes into memory that was not zeroed first. This
//! module makes the one call that does both.
#![expect(
    unsafe_code,
    reason = "libdeflate's call that reports the bytes used is not in the safe crate"
)]

use std::ptr::NonNull;

use libdeflate_sys::{
    libdeflate_alloc_decompressor, libdeflate_decompressor, libdeflate_deflate_decompress_ex,
    libdeflate_free_decompressor, libdeflate_result_LIBDEFLATE_BAD_DATA,
    libdeflate_result_LIBDEFLATE_SUCCESS,
};

#[cfg(test)]
mod tests;

/// libdeflate's tables, to be kept for one entry after the other.
pub(crate) struct Inflater {
    state: NonNull<libdeflate_decompressor>,
}

// SAFETY: the state is memory that only this value points to, bound to no thread.
unsafe impl Send for Inflater {}

impl Inflater {
    pub(crate) fn new() -> Self {
        // SAFETY: the call has no preconditions; it returns null when out of memory.
        let state = unsafe { libdeflate_alloc_decompressor() };
        Self {
            state: NonNull::new(state).expect("there is memory for a few tables"),
        }
    }

    /// Puts the `size` bytes that `packed` unpacks to in `unpacked`, whose old contents go.
    pub(crate) fn inflate(
        &mut self,
        packed: &[u8],
        size: usize,
        unpacked: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        unpacked.clear();
        unpacked.reserve(size);
        let mut used = 0;
        let mut made = 0;
        // SAFETY: the state is live and borrowed exclusively; `packed` is readable for its length;
        // `unpacked` has room for `size` bytes, which libdeflate only writes to; it never writes
        // past the room that it is told of, and `made` is how much it wrote.
        let result = unsafe {
            libdeflate_deflate_decompress_ex(
                self.state.as_ptr(),
                packed.as_ptr().cast(),
                packed.len(),
                unpacked.as_mut_ptr().cast(),
                size,
                &raw mut used,
                &raw mut made,
            )
        };
        #[expect(non_upper_case_globals, reason = "the names are libdeflate's")]
        match result {
            libdeflate_result_LIBDEFLATE_SUCCESS if made != size => {
                Err("unpacks to fewer bytes than its header says")
            }
            libdeflate_result_LIBDEFLATE_SUCCESS if used != packed.len() => {
                Err("has bytes after its compressed contents")
            }
            libdeflate_result_LIBDEFLATE_SUCCESS => {
                // SAFETY: libdeflate has written `made` bytes, which is `size`, which is reserved.
                unsafe { unpacked.set_len(size) };
                Ok(())
            }
            libdeflate_result_LIBDEFLATE_BAD_DATA => Err("has damaged compressed contents"),
            // Insufficient space: the call without a wanted size has no other answer.
            _ => Err("unpacks to more bytes than its header says"),
        }
    }
}

impl Drop for Inflater {
    fn drop(&mut self) {
        // SAFETY: the state came from the matching call and is not used again.
        unsafe { libdeflate_free_decompressor(self.state.as_ptr()) };
    }
}
