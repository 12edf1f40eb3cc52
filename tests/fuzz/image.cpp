// An image's pieces, each as its length and itself: what is accepted is a sound machine, and the image of
// that machine.
#include "core/wire/image.hpp"

#include "core/base/bytes.hpp"
#include "tests/fuzz/limits.hpp"
#include "tests/fuzz/targets.hpp"

namespace fuzz {
namespace {

std::string image_of(const lock::Machine& machine, std::size_t piece_bytes) {
  const lock::Image image(machine);
  std::string all, cursor;
  do {
    auto piece = image.piece(cursor, piece_bytes);
    CHECK(!piece.bytes.empty());
    all += piece.bytes;
    cursor = std::move(piece.next);
  } while (!cursor.empty());
  return all;
}

}  // namespace

void image(std::string_view bytes) {
  lock::ImageReader reader(tight_limits());
  base::Decoder in(bytes);
  std::string all;
  while (!in.rest().empty()) {
    const auto piece = in.text();
    if (!in.ok()) return;
    if (const auto fed = reader.feed(piece); !fed) {
      CHECK(!reader.finish().ok());
      while (!reader.shed(3)) continue;
      return;
    }
    all += piece;
  }
  auto machine = reader.finish();
  if (!machine.ok()) return;
  machine->check();
  CHECK(image_of(machine.value(), 1) == all);
  CHECK(image_of(machine.value(), 100) == all);
  auto after = machine.value();
  if (after.stamp().ms < base::LogTime{std::uint64_t{1} << 52}.ms)
    after.apply(after.stamp() + lock::Millis(100'000), {lock::OpenSession{lock::Millis(1'000), "another"}});
  after.check();
  while (!after.shed(3)) continue;
}

}  // namespace fuzz
