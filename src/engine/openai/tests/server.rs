//! A server on loopback that speaks just enough HTTP/1.1, and misbehaves on demand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What the server does with a request.
pub enum Reply {
    /// Answers with a status, further header lines and a body.
    Http(u16, &'static str, String),
    /// Answers so, later.
    Late(Duration, String),
    /// Closes the connection.
    Close,
    /// Promises a body and breaks off inside it.
    BreakOff,
    /// Sends a body without end.
    Endless,
}

/// A completion of every sample that was asked for.
pub fn completions(request: &Value) -> String {
    let n = request["n"].as_u64().unwrap_or(1);
    let choice = |index| json!({"index": index, "message": {"content": "b", "reasoning": "a"}, "finish_reason": "stop"});
    json!({"choices": (0..n).map(choice).collect::<Vec<_>>(), "usage": {"completion_tokens": 5 * n, "prompt_tokens": 3}})
        .to_string()
}

/// Those completions at once.
pub fn ok(request: &Value) -> Reply {
    Reply::Http(200, "", completions(request))
}

/// A server on a thread of its own, which ends with the process.
pub struct Server {
    /// Its base URL.
    pub url: String,
    /// The requests: time since the start, head, body.
    pub seen: Arc<Mutex<Vec<(Duration, String, Value)>>>,
    /// The most requests that it worked on at the same time.
    pub most_in_flight: Arc<AtomicUsize>,
}

impl Server {
    /// A server that answers its request number `0..` as `reply` says.
    pub fn start(reply: impl Fn(usize, &Value) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let url = format!("http://{}/v1/", listener.local_addr().expect("an address"));
        let server = Self { url, seen: Arc::default(), most_in_flight: Arc::default() };
        let (seen, most, reply) = (server.seen.clone(), server.most_in_flight.clone(), Arc::new(reply));
        let (in_flight, start) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, most, reply, in_flight) =
                    (seen.clone(), most.clone(), reply.clone(), in_flight.clone());
                std::thread::spawn(move || {
                    let Some((head, body)) = read_request(&stream) else { return };
                    most.fetch_max(in_flight.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let number = {
                        let mut seen = seen.lock().expect("seen");
                        seen.push((start.elapsed(), head, body.clone()));
                        seen.len() - 1
                    };
                    // Counted out before the answer goes: the next request can come right after it.
                    answer(stream, reply(number, &body), || {
                        in_flight.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
        server
    }

    /// How many requests came.
    pub fn requests(&self) -> usize {
        self.seen.lock().expect("seen").len()
    }
}

fn read_request(stream: &TcpStream) -> Option<(String, Value)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, serde_json::from_slice(&body).ok()?))
}

fn answer(mut stream: TcpStream, reply: Reply, done: impl FnOnce()) {
    let head = |status: u16, headers: &str, length: usize| {
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n")
    };
    let text = match reply {
        Reply::Http(status, headers, body) => head(status, headers, body.len()) + &body,
        Reply::Late(wait, body) => {
            std::thread::sleep(wait);
            head(200, "", body.len()) + &body
        }
        Reply::Close => String::new(),
        Reply::BreakOff => head(200, "", 1000) + "{\"choices\": [",
        Reply::Endless => head(200, "", usize::MAX / 4),
    };
    done();
    let endless = text.contains(&(usize::MAX / 4).to_string());
    let _ = stream.write_all(text.as_bytes());
    while endless && stream.write_all(&[b' '; 1 << 16]).is_ok() {}
}
