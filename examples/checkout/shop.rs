//! What a checkout is made of. Nothing here knows of HTTP, and little of tracing.

use std::error::Error;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::sleep;
use tracer::traced;

use crate::payment::{Bank, PaymentError, pay};

#[derive(Default)]
pub(crate) struct Shop {
    pub(crate) bank: Bank,
}

pub(crate) struct Receipt {
    pub(crate) cents: u32,
    pub(crate) signature: u64,
}

impl Shop {
    #[traced(args(order))]
    pub(crate) async fn place(&self, order: u32) -> Result<Receipt, PlaceOrderError> {
        let items = load_cart(order).await;
        let (price, postage, ()) =
            tokio::join!(price(order, items), postage(order, items), reserve_stock(order, items),);
        let cents = price + postage;
        let paid = pay(&self.bank, order, cents).await;

        // A task of its own, so that the entry is written even if the client leaves meanwhile. In
        // tokio's own `spawn` it would be a trace of its own, too.
        let accepted = paid.is_ok();
        let entry = tracer::tokio::spawn(async move { audit(order, accepted).await });
        entry.await.expect("an audit does not panic");
        // A thread for blocking work, because the hash is slow on purpose.
        let signed = tracer::tokio::spawn_blocking(move || sign(order, cents));
        let signature = signed.await.expect("a hash does not panic");
        match paid {
            Ok(()) => Ok(Receipt { cents, signature }),
            Err(source) => Err(PlaceOrderError { order, source }),
        }
    }
}

#[traced(name = "cart.load", args)]
async fn load_cart(order: u32) -> u32 {
    sleep(Duration::from_millis(5)).await;
    1 + order % 3
}

#[traced(args)]
async fn price(order: u32, items: u32) -> u32 {
    let mut cents = 0;
    for item in 0..items {
        cents += price_of(order, item).await;
    }
    cents
}

#[traced(name = "price.item", args)]
async fn price_of(order: u32, item: u32) -> u32 {
    sleep(Duration::from_millis(3)).await;
    100 * (order + item)
}

#[traced(args)]
async fn postage(order: u32, items: u32) -> u32 {
    // Longer for some than for others: what runs at once ends in any order.
    sleep(Duration::from_millis(u64::from(order % 4 + 1))).await;
    250 * items
}

#[traced(name = "stock.reserve", args)]
async fn reserve_stock(order: u32, items: u32) {
    sleep(Duration::from_millis(u64::from(order % 5 + items))).await;
}

#[traced(args)]
async fn audit(order: u32, accepted: bool) {
    sleep(Duration::from_millis(2)).await;
}

#[traced(args(order))]
fn sign(order: u32, cents: u32) -> u64 {
    (0..10_000_u32).fold(0, |signature, round| {
        let mut hasher = DefaultHasher::new();
        (order, cents, round, signature).hash(&mut hasher);
        hasher.finish()
    })
}

#[derive(Debug)]
pub(crate) struct PlaceOrderError {
    order: u32,
    source: PaymentError,
}

impl fmt::Display for PlaceOrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order {} was not placed", self.order)
    }
}

impl Error for PlaceOrderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
