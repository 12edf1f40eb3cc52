// A visitor made of lambdas: std::visit(Overload{[](const A&) {…}, [](const B&) {…}}, variant).
#pragma once

namespace base {

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;

}  // namespace base
