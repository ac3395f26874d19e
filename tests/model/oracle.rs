//! What a program's tree is by the rules: walks through its steps, without the tracer. It knows nothing
//! of threads, only who is polled by whom, and how often.

use std::collections::VecDeque;

use tracer::export::Outcome;

use crate::program::{Fate, Kind, Layer, Op, Outliving, Program, What};
use crate::rules::{Current, Here, Spans};
use crate::tree::Tree;

/// The tree of a program; `expires` says whether inherited contexts do, as soon as their local root
/// has ended.
pub(crate) fn tree(program: &Program, expires: bool) -> Tree {
    let spans = Spans { expires, tree: Tree::new() };
    let mut oracle = Oracle { spans, drivers: Vec::new() };
    let scope = Current { tracer: true, ..Current::default() };
    let outside = Here { current: scope, ..Here::default() };
    for (is_traced, id) in &program.drivers {
        let span = is_traced.then(|| oracle.spans.open("driver", *id, scope, 0)).flatten();
        oracle.spans.end(*id, Outcome::Completed);
        oracle.drivers.push(outside.within(span, scope));
    }
    for request in &program.requests {
        let name = if request.is_sampled { "request" } else { "unsampled" };
        let span = oracle.spans.open(name, request.id, scope, 0);
        let _flow = oracle.body(&request.body, &outside.within(span, scope), u32::MAX);
        oracle.spans.end(request.id, Outcome::Completed);
    }
    oracle.spans.tree
}

/// A future that was made: the context of the call, and the spans that were opened with it.
struct Made {
    at: Current,
    opened: VecDeque<Option<Current>>,
}

/// How many more polls may be pending.
type Flow = Result<u32, End>;

/// Why a future was never ready.
#[derive(Clone, Copy, Debug)]
enum End {
    Dropped,
    /// With so many polls left to who catches the panic.
    Panicked(u32),
}

struct Oracle {
    spans: Spans,
    drivers: Vec<Here>,
}

impl Oracle {
    /// Ends the span of a future as the future ended.
    fn end_as(&mut self, id: u32, flow: Flow) -> Flow {
        match flow {
            Ok(_) => self.spans.end(id, Outcome::Completed),
            Err(End::Dropped) => {}
            Err(End::Panicked(_)) => self.spans.end(id, Outcome::Panicked),
        }
        flow
    }

    fn body(&mut self, ops: &[Op], here: &Here, budget: u32) -> Flow {
        let mut flow = Ok(budget);
        let mut cleanups = Vec::new();
        for op in ops {
            let Ok(budget) = flow else { break };
            if op.kind == Kind::OnDrop {
                cleanups.push(op.id);
            }
            flow = self.op(op, here, budget);
        }
        for id in cleanups {
            self.spans.open("cleanup", id, here.current, here.ended);
            self.spans.end(id, Outcome::Completed);
        }
        flow
    }

    fn op(&mut self, op: &Op, here: &Here, budget: u32) -> Flow {
        match op.kind {
            Kind::Yield => budget.checked_sub(1).ok_or(End::Dropped),
            Kind::Throw => Err(End::Panicked(budget)),
            Kind::Stuck if here.waits_for_ever => Err(End::Dropped),
            Kind::Stuck | Kind::OnDrop => Ok(budget),
            Kind::Leaf | Kind::Scope | Kind::Guard | Kind::Crossed => {
                let name = match op.kind {
                    Kind::Leaf => "leaf",
                    Kind::Scope => "scope",
                    _ => "guard",
                };
                let span = self.spans.open(name, op.id, here.current, here.ended);
                let mut inside = here.clone();
                inside.current = span.unwrap_or(here.current);
                if op.kind == Kind::Crossed {
                    let inner = self.spans.open(name, op.id + 1, inside.current, here.ended);
                    inside.current = inner.unwrap_or(inside.current);
                }
                let flow =
                    op.bodies.iter().try_fold(budget, |left, body| self.body(body, &inside, left));
                // A guard's span ends with it, however that comes.
                let ended =
                    if flow.is_err_and(|end| matches!(end, End::Dropped)) { Ok(0) } else { flow };
                let _ended = self.end_as(op.id, ended);
                if op.kind == Kind::Crossed {
                    let _ended = self.end_as(op.id + 1, ended);
                }
                flow
            }
            Kind::Thread | Kind::Blocking => {
                self.body(&op.bodies[0], &here.elsewhere().carrying(here.current), budget)
            }
            Kind::Join => {
                let flows: Vec<_> =
                    op.bodies.iter().map(|body| self.body(body, here, budget)).collect();
                flows.into_iter().try_fold(budget, |least, flow| Ok(least.min(flow?)))
            }
            Kind::Select(fate) => {
                let span = self.spans.open("call", op.id, here.current, here.ended);
                let mut inside = here.within(span, here.current);
                inside.waits_for_ever = matches!(fate, Fate::Dropped | Fate::KeptDropped);
                let flow = self.body(&op.bodies[2], &inside, budget);
                let _ended = self.end_as(op.id, flow);
                self.body(&op.bodies[0], here, budget)?;
                self.body(&op.bodies[1], here, budget)
            }
            Kind::Later(how) => {
                self.later(op, here, how);
                Ok(budget)
            }
            Kind::Future(what) => {
                let made = self.make(&op.layers, what, op.id, here.current, here.ended);
                self.poll(&op.layers, op, made, here, budget)
            }
        }
    }

    fn later(&mut self, op: &Op, here: &Here, how: Outliving) {
        let bare = here.elsewhere();
        let task = if how == Outliving::BareCall { bare } else { bare.carrying(here.current) };
        let mut inside = task.clone();
        if how != Outliving::Block {
            let parent = task.parent_of(here.current);
            let span = self.spans.open("call", op.id, parent, here.ended);
            inside = task.within(span, here.current);
        }
        let _flow = self.body(&op.bodies[0], &inside, u32::MAX);
        inside.ended = here.current.root;
        let _flow = self.body(&op.bodies[1], &inside, u32::MAX);
        self.spans.end(op.id, Outcome::Completed);
    }

    /// What is opened where a future is made, up to where the rest is made by who polls.
    fn make(&mut self, layers: &[Layer], what: What, id: u32, at: Current, ended: u32) -> Made {
        let mut opened = VecDeque::new();
        for layer in layers {
            match *layer {
                Layer::InSpan(id) => opened.push_back(self.spans.open("in_span", id, at, ended)),
                Layer::InRoot(id) => opened.push_back(self.spans.open("in_root", id, at, ended)),
                Layer::Unsampled(id) => {
                    opened.push_back(self.spans.open("unsampled", id, at, ended));
                }
                Layer::Helper { lazy: true, .. }
                | Layer::Same(_)
                | Layer::Foreign(_)
                | Layer::Adapted(_) => return Made { at, opened },
                _ => {}
            }
        }
        match what {
            What::Returned => opened.push_back(self.spans.open("returned", id, at, ended)),
            What::Rows => opened.push_back(self.spans.open("rows", id, at, ended)),
            _ => {}
        }
        Made { at, opened }
    }

    fn poll(
        &mut self,
        layers: &[Layer],
        op: &Op,
        mut made: Made,
        here: &Here,
        budget: u32,
    ) -> Flow {
        let Some((layer, rest)) = layers.split_first() else {
            return self.future(op, made, here, budget);
        };
        match *layer {
            Layer::Helper { id, lazy } => {
                let span = self.spans.open("helper", id, here.parent_of(made.at), here.ended);
                let inside = here.within(span, made.at);
                if lazy {
                    made = self.made_inside(rest, op, &inside);
                }
                let flow = self.poll(rest, op, made, &inside, budget);
                self.end_as(id, flow)
            }
            Layer::InSpan(id) | Layer::InRoot(id) | Layer::Unsampled(id) => {
                let span = made.opened.pop_front().flatten();
                let inside = here.within(span, made.at);
                let flow = self.poll(rest, op, made, &inside, budget);
                self.end_as(id, flow)
            }
            Layer::InCurrent => {
                let inside = here.carrying(made.at);
                self.poll(rest, op, made, &inside, budget)
            }
            Layer::Unordered => self.poll(rest, op, made, here, budget),
            Layer::Cancel(0) => Ok(budget),
            Layer::Cancel(polls) => {
                let allowed = (polls - 1).min(budget);
                match self.poll(rest, op, made, here, allowed) {
                    Ok(left) => Ok(budget - (allowed - left)),
                    Err(End::Panicked(left)) => Err(End::Panicked(budget - (allowed - left))),
                    Err(End::Dropped) => budget.checked_sub(polls - 1).ok_or(End::Dropped),
                }
            }
            Layer::Moved(polls) => {
                let first = if polls == 0 { here.elsewhere() } else { here.clone() };
                self.poll(rest, op, made, &first, u32::MAX)
            }
            Layer::Spawned => self.poll(rest, op, made, &here.elsewhere(), u32::MAX),
            Layer::Carried => {
                let task = here.elsewhere().carrying(here.current);
                self.poll(rest, op, made, &task, u32::MAX)
            }
            Layer::Driver(number) => {
                let task = Here { ended: here.ended, ..self.drivers[number].clone() };
                self.poll(rest, op, made, &task, u32::MAX)
            }
            Layer::Same(_) | Layer::Foreign(_) | Layer::Adapted(_) => {
                let made = self.made_inside(rest, op, here);
                let task = match layer {
                    Layer::Same(_) => here.clone(),
                    Layer::Foreign(_) => here.elsewhere(),
                    _ => here.elsewhere().carrying(here.current),
                };
                match self.poll(rest, op, made, &task, u32::MAX) {
                    Err(End::Panicked(_)) => Err(End::Panicked(budget)),
                    flow => flow.map(|_| budget),
                }
            }
        }
    }

    fn made_inside(&mut self, layers: &[Layer], op: &Op, here: &Here) -> Made {
        let Kind::Future(what) = op.kind else { unreachable!("only futures have layers") };
        self.make(layers, what, op.id, here.current, here.ended)
    }

    fn future(&mut self, op: &Op, mut made: Made, here: &Here, budget: u32) -> Flow {
        let Kind::Future(what) = op.kind else { unreachable!("only futures have layers") };
        let span = match what {
            What::Block | What::Stream => return self.body(&op.bodies[0], here, budget),
            What::Caught => return caught(self.body(&op.bodies[0], here, budget)),
            What::Returned | What::Rows => made.opened.pop_front().flatten(),
            What::Call => self.called("call", op.id, &made, here),
            What::Root => self.called("root", op.id, &made, here),
            What::Server => self.called("serve", op.id, &made, here),
            What::Panics => self.called("panics", op.id, &made, here),
        };
        let mut flow = self.body(&op.bodies[0], &here.within(span, made.at), budget);
        if what == What::Panics {
            flow = flow.and_then(|left| Err(End::Panicked(left)));
        }
        flow = self.end_as(op.id, flow);
        if what == What::Panics { caught(flow) } else { flow }
    }

    fn called(&mut self, name: &'static str, id: u32, made: &Made, here: &Here) -> Option<Current> {
        self.spans.open(name, id, here.parent_of(made.at), here.ended)
    }
}

const fn caught(flow: Flow) -> Flow {
    match flow {
        Err(End::Panicked(left)) => Ok(left),
        flow => flow,
    }
}
