async fn pay(amount: u32) {
    charge(amount).await
}
