//! The customers: six orders at once, and then somebody who wants to read the report.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use futures::future::{try_join, try_join_all};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::Failure;
use crate::payment::{UNANSWERED, WAITS};
use crate::process::Process;

/// Sends all requests; returns how many were answered in which way.
pub(crate) async fn visit(
    web: &mut Process,
    payment: &mut Process,
) -> Result<BTreeMap<String, u32>, Failure> {
    let http = Client::builder(TokioExecutor::new()).build_http();
    let customer = Customer { web: web.url.clone(), http };
    let patient = try_join_all((1..UNANSWERED).map(|order| customer.order(order)));
    let leaves = customer.leave(UNANSWERED, web, payment);
    let (mut answers, left) = try_join(patient, leaves).await?;
    answers.extend([left, customer.send(Method::GET, "/report").await?]);

    let mut totals = BTreeMap::new();
    for answer in answers {
        *totals.entry(answer).or_default() += 1;
    }
    Ok(totals)
}

struct Customer {
    web: String,
    http: Client<HttpConnector, Body>,
}

impl Customer {
    async fn order(&self, order: u32) -> Result<String, Failure> {
        self.send(Method::POST, &format!("/checkout/{order}")).await
    }

    /// Closes the connection once nothing but the bank is waited for: then its trace is the same
    /// each time.
    async fn leave(
        &self,
        order: u32,
        web: &mut Process,
        payment: &mut Process,
    ) -> Result<String, Failure> {
        let reserved = format!("order {order} is reserved");
        tokio::select! {
            answer = self.order(order) => answer,
            waits = try_join(web.says(&reserved), payment.says(WAITS)) => {
                waits.map(|_| "left by its customer".to_owned())
            }
        }
    }

    /// Sends a request and reads the whole answer.
    async fn send(&self, method: Method, path: &str) -> Result<String, Failure> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.web));
        let answer = self.http.request(request.body(Body::empty())?).await?;
        let status = answer.status();
        to_bytes(Body::new(answer.into_body()), 1 << 16).await?;
        Ok(status.to_string())
    }
}
