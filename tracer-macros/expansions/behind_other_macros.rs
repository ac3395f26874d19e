#[rstest]
#[case(1)]
#[cfg_attr(unix, tokio::test)]
#[::tracer::traced(args)]
async fn one(#[case] value: u32) {}
