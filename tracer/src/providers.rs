//! The context providers of the runtimes whose features are on.

/// Registers them; each answers for the tasks of its own runtime.
pub(crate) fn register() {
    #[cfg(feature = "tokio")]
    tracer_tokio::register();
    #[cfg(feature = "async-std")]
    tracer_async_std::register();
}
