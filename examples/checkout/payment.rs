//! The bank, which declines one order and never answers another.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use tracer::traced;

const DECLINED: u32 = 13;
pub(crate) const UNANSWERED: u32 = 27;

#[derive(Default)]
pub(crate) struct Bank {
    /// Told when a request has come that will not be answered.
    pub(crate) silent: Notify,
}

#[traced(args(order, cents))]
pub(crate) async fn pay(bank: &Bank, order: u32, cents: u32) -> Result<(), PaymentError> {
    bank.charge(order, cents).await.map_err(PaymentError::Declined)
}

impl Bank {
    #[traced(name = "bank.charge", args)]
    async fn charge(&self, order: u32, cents: u32) -> Result<(), BankError> {
        sleep(Duration::from_millis(10)).await;
        match order {
            DECLINED => Err(BankError::OverLimit { cents }),
            UNANSWERED => {
                self.silent.notify_one();
                pending().await
            }
            _ => Ok(()),
        }
    }
}

#[derive(Debug)]
pub(crate) enum PaymentError {
    Declined(BankError),
}

#[derive(Debug)]
pub(crate) enum BankError {
    OverLimit { cents: u32 },
}

impl fmt::Display for PaymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("card declined")
    }
}

impl fmt::Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::OverLimit { cents } = self;
        write!(f, "{cents} cents are over the limit")
    }
}

impl Error for PaymentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let Self::Declined(source) = self;
        Some(source)
    }
}

impl Error for BankError {}
