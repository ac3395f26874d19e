//! What every process has of its own: a forked child begins without what its parent had.

use once_cell::race::OnceBox;

/// A value for each process, made where it is first asked for.
///
/// The child has a copy of its parent's, which a thread that the child does not have may have been
/// working on: it leaves that alone, lock and all, and puts its own behind it.
#[derive(Debug)]
pub(crate) struct PerProcess<T>(OnceBox<Own<T>>);

#[derive(Debug)]
struct Own<T> {
    process: u32,
    value: T,
    child: PerProcess<T>,
}

impl<T: Default> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self(OnceBox::new())
    }

    /// Returns this process's value.
    pub(crate) fn get(&self) -> &T {
        self.of(std::process::id())
    }

    fn of(&self, process: u32) -> &T {
        let mut place = self;
        loop {
            let new = || Box::new(Own { process, value: T::default(), child: Self::new() });
            let found = place.0.get_or_init(new);
            if found.process == process {
                return &found.value;
            }
            place = &found.child;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::PerProcess;

    #[test]
    fn a_child_neither_sees_nor_waits_for_what_its_parent_has() {
        let numbers = PerProcess::<Mutex<u32>>::new();
        let mut held = numbers.of(10).lock().unwrap();
        *held = 7;
        *numbers.of(11).lock().unwrap() = 8;
        assert_eq!(*numbers.of(12).lock().unwrap(), 0);
        assert_eq!(*numbers.of(11).lock().unwrap(), 8);
        drop(held);
        assert_eq!(*numbers.of(10).lock().unwrap(), 7);
    }
}
