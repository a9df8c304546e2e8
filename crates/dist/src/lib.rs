//! Distribution files and installed distributions: read, check and write sdists, wheels and .dist-info.
