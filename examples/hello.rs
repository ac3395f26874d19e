//! The program of the README: three queries at once, one of which fails.

#![expect(let_underscore_drop, reason = "the error is in the trace, which is the point here")]

use tracer::traced;

#[traced(args)]
async fn query(id: u32) -> Result<u32, String> {
    tokio::time::sleep(std::time::Duration::from_millis(20 * u64::from(id))).await;
    if id == 3 { Err(format!("row {id} not found")) } else { Ok(id) }
}

#[traced]
async fn handle_request() -> Result<(), String> {
    let (a, b, c) = tokio::join!(query(1), query(2), query(3));
    a.and(b).and(c).map(drop)
}

#[tracer::tokio::main]
async fn main() {
    let _ = handle_request().await;
}
