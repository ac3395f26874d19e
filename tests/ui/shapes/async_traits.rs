//! Methods that other macros turn into makers of boxed futures.

use std::error::Error;

use async_recursion::async_recursion;
use async_trait::async_trait;
use tracer::traced;
use tracer_ui_tests::{Noted, block_on, cancel, dropped, pause, tree};

#[traced]
fn leaf() {}

#[async_trait]
trait Store {
    fn rows(&self) -> u32;

    async fn load(&self, id: u32) -> Result<u32, Box<dyn Error + Send + Sync>>;

    async fn change(&mut self, _: &str, (left, right): (u32, u32)) -> u32;

    #[traced]
    async fn load_twice(&self, id: u32) -> Result<u32, Box<dyn Error + Send + Sync>>
    where
        Self: Sync,
    {
        Ok(self.load(id).await? + self.load(id + 1).await?)
    }

    async fn consume<T: Send + Into<u32>>(self, value: T) -> u32
    where
        Self: Sized;
}

struct Table(u32);

#[async_trait]
impl Store for Table {
    #[traced]
    fn rows(&self) -> u32 {
        self.0
    }

    #[traced(args)]
    async fn load(&self, id: u32) -> Result<u32, Box<dyn Error + Send + Sync>> {
        pause().await;
        leaf();
        if id >= self.rows() {
            return Err(format!("no row {id}").into());
        }
        Ok("10".parse::<u32>()? + id)
    }

    #[traced]
    async fn change(&mut self, _: &str, (left, right): (u32, u32)) -> u32 {
        self.0 += left;
        pause().await;
        self.0 + right
    }

    #[traced("eat")]
    async fn consume<T: Send + Into<u32>>(self, value: T) -> u32 {
        pause().await;
        self.0 + value.into()
    }
}

const fn is_send<T: Send>(_: &T) {}

#[test]
fn methods_of_async_traits() {
    let scene = || {
        let mut table = Table(2);
        {
            let store: &(dyn Loads + Sync) = &table;
            is_send(&store.load(0));
            assert_eq!(block_on(store.load(1)).unwrap(), 11);
        }
        block_on(table.load_twice(1)).unwrap_err();
        assert_eq!(block_on(table.change("", (1, 2))), 5);
        assert_eq!(block_on(table.consume(1_u8)), 4);
    };
    let expected = "\
        change\n\
        eat\n\
        load(id=1)\n  leaf\n  rows\n\
        load_twice ⚠\n  load(id=2) ✖\n    leaf\n    rows\n  load(id=1)\n    leaf\n    rows\n";
    assert_eq!(tree(scene), expected);
}

/// As an object: the trait above has a generic method.
#[async_trait]
trait Loads {
    async fn load(&self, id: u32) -> Result<u32, Box<dyn Error + Send + Sync>>;
}

#[async_trait]
impl Loads for Table {
    async fn load(&self, id: u32) -> Result<u32, Box<dyn Error + Send + Sync>> {
        Store::load(self, id).await
    }
}

#[async_trait(?Send)]
trait Local {
    #[traced(args)]
    async fn double(&self, value: std::rc::Rc<u32>) -> u32 {
        pause().await;
        *value * 2
    }
}

#[async_trait(?Send)]
impl Local for Table {}

#[test]
fn not_send_and_by_default() {
    let scene = || assert_eq!(block_on(Table(1).double(2.into())), 4);
    assert_eq!(tree(scene), "double(value=2)\n");
    assert_eq!(tree(|| cancel(Table(1).double(2.into()))), "double(value=2) cancelled\n");
}

mod drops {
    use super::*;

    #[async_trait]
    pub(super) trait Call {
        async fn call(self, _unused: Noted, used: Noted) -> usize;
    }

    struct Plain(#[expect(dead_code, reason = "dropping it is what it is for")] Noted);
    struct With(#[expect(dead_code, reason = "dropping it is what it is for")] Noted);

    #[async_trait]
    impl Call for Plain {
        async fn call(self, _unused: Noted, used: Noted) -> usize {
            pause().await;
            used.name().len()
        }
    }

    #[async_trait]
    impl Call for With {
        #[traced]
        async fn call(self, _unused: Noted, used: Noted) -> usize {
            pause().await;
            used.name().len()
        }
    }

    #[test]
    fn as_the_plain_method() {
        let plain =
            dropped(|| block_on(Plain(Noted("self")).call(Noted("_unused"), Noted("used"))));
        assert_eq!(plain, "used _unused self");
        let with = || With(Noted("self")).call(Noted("_unused"), Noted("used"));
        assert_eq!(dropped(|| block_on(with())), plain);
        let plain = dropped(|| cancel(Plain(Noted("self")).call(Noted("_unused"), Noted("used"))));
        assert_eq!(dropped(|| cancel(with())), plain);
        let plain = dropped(|| drop(Plain(Noted("self")).call(Noted("_unused"), Noted("used"))));
        assert_eq!(dropped(|| drop(with())), plain);
    }
}

#[traced(args)]
#[async_recursion]
async fn above(depth: u32) -> Result<u32, String> {
    pause().await;
    match depth {
        0 => Err("the end".to_owned()),
        1 => Ok(1),
        _ => Ok(above(depth - 1).await? + 1),
    }
}

#[async_recursion(?Send)]
#[traced(args)]
async fn below(depth: u32, text: &str) -> Result<u32, String> {
    pause().await;
    match depth {
        0 => Err("the end".to_owned()),
        1 => Ok(1),
        _ => Ok(below(depth - 1, text).await? + 1),
    }
}

#[test]
fn recursion() {
    let scene = || {
        is_send(&above(1));
        assert_eq!(block_on(above(2)), Ok(2));
        assert_eq!(block_on(below(2, "a")), Ok(2));
        block_on(above(0)).unwrap_err();
        block_on(below(0, "a")).unwrap_err();
    };
    let expected = "\
        above(depth=0) ✖\n\
        above(depth=2)\n  above(depth=1)\n\
        below(depth=0, text=a) ✖\n\
        below(depth=2, text=a)\n  below(depth=1, text=a)\n";
    assert_eq!(tree(scene), expected);
}
