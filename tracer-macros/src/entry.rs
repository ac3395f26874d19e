//! The attributes that start a runtime.

/// One of the attributes.
#[derive(Clone, Copy)]
pub(crate) struct Entry(pub(crate) Executor, pub(crate) Role);

#[derive(Clone, Copy)]
pub(crate) enum Executor {
    Tokio,
    AsyncStd,
    Smol,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Main,
    Test,
}

impl Entry {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self(Executor::Tokio, Role::Main) => "#[tracer::tokio::main]",
            Self(Executor::Tokio, Role::Test) => "#[tracer::tokio::test]",
            Self(Executor::AsyncStd, Role::Main) => "#[tracer::async_std::main]",
            Self(Executor::AsyncStd, Role::Test) => "#[tracer::async_std::test]",
            Self(Executor::Smol, Role::Main) => "#[tracer::smol::main]",
            Self(Executor::Smol, Role::Test) => "#[tracer::smol::test]",
        }
    }
}
