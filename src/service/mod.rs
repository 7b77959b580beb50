//! The embedded pinning service.
