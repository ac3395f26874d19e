//! Real servers and clients over loopback: one tree, compared as text with what was recorded.

mod axum_server;
mod bodies;
mod grpc;
mod handed_on;
mod header_tags;
mod hostile;
mod hyper_client;
mod load;
mod reqwest_client;
