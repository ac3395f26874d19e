//! Every receiver, and traits.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use tracer::traced;
use tracer_ui_tests::{block_on, pause};

#[derive(Clone)]
struct Counter(u32);

impl Counter {
    #[traced]
    fn by_ref(&self) -> u32 {
        self.0
    }

    #[traced(args)]
    fn by_mut(&mut self, by: u32) -> Result<&mut u32, String> {
        self.0 += by;
        Ok(&mut self.0)
    }

    #[traced]
    fn by_value(mut self) -> Result<u32, String> {
        self.0 += 1;
        Ok(self.0)
    }

    #[traced(args)]
    async fn by_ref_async(&self, by: &u32) -> u32 {
        pause().await;
        self.0 + by
    }

    #[traced]
    async fn by_mut_async(&mut self) -> &mut u32 {
        pause().await;
        self.0 += 1;
        &mut self.0
    }

    #[traced]
    async fn by_value_async(mut self) -> Self {
        self.0 += 1;
        pause().await;
        self
    }

    #[traced]
    async fn boxed(self: Box<Self>) -> u32 {
        pause().await;
        self.0
    }

    #[traced]
    async fn counted(self: Rc<Self>) -> u32 {
        pause().await;
        self.0
    }

    #[traced]
    fn shared(self: &Arc<Self>) -> Result<u32, String> {
        Ok(self.0)
    }

    #[traced]
    async fn pinned(mut self: Pin<&mut Self>) -> u32 {
        self.0 += 1;
        pause().await;
        self.0
    }

    #[traced]
    async fn unused(&self) -> u32 {
        7
    }
}

#[test]
fn receivers() {
    let mut counter = Counter(1);
    assert_eq!(counter.by_ref(), 1);
    *counter.by_mut(1).unwrap() += 1;
    assert_eq!(counter.clone().by_value(), Ok(4));
    assert_eq!(block_on(counter.by_ref_async(&2)), 5);
    *block_on(counter.by_mut_async()) += 1;
    assert_eq!(block_on(counter.clone().by_value_async()).0, 6);
    assert_eq!(block_on(Box::new(counter.clone()).boxed()), 5);
    assert_eq!(block_on(Rc::new(counter.clone()).counted()), 5);
    assert_eq!(Arc::new(counter.clone()).shared(), Ok(5));
    assert_eq!(block_on(Pin::new(&mut counter).pinned()), 6);
    assert_eq!(block_on(counter.unused()), 7);
}

trait Store {
    fn key(&self) -> u32;

    async fn load(&self, by: u32) -> Result<u32, String>;

    fn load_send(&self) -> impl Future<Output = u32> + Send;

    #[traced(args)]
    fn twice(&self, by: u32) -> u32 {
        self.key() * by
    }

    #[traced]
    async fn load_twice(&self) -> Result<u32, String>
    where
        Self: Sync,
    {
        Ok(self.load(1).await? + self.load(2).await?)
    }
}

impl Store for Counter {
    #[traced]
    fn key(&self) -> u32 {
        self.0
    }

    #[traced(args)]
    async fn load(&self, by: u32) -> Result<u32, String> {
        pause().await;
        if by == 3 { Err(format!("no row {by}")) } else { Ok(self.0 + by) }
    }

    #[traced]
    async fn load_send(&self) -> u32 {
        pause().await;
        self.0
    }
}

async fn generic(store: &impl Store) -> u32 {
    store.load_send().await + store.twice(2)
}

#[test]
fn traits() {
    let store = Counter(10);
    assert_eq!(store.twice(2), 20);
    assert_eq!(block_on(store.load(3)), Err("no row 3".to_owned()));
    assert_eq!(block_on(store.load_twice()), Ok(23));
    assert_eq!(block_on(generic(&store)), 30);
}
