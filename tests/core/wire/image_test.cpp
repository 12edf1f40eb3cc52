#include "core/wire/image.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/bytes.hpp"
#include "tests/core/lock/story.hpp"

namespace lock {
namespace {

std::vector<std::string> pieces_of(const Image& image, std::size_t bytes_max) {
  std::vector<std::string> pieces;
  std::string from;
  do {
    auto piece = image.piece(from, bytes_max);
    pieces.push_back(std::move(piece.bytes));
    from = std::move(piece.next);
  } while (!from.empty());
  return pieces;
}

base::Result<Machine> read(const std::vector<std::string>& pieces, Limits limits = tight_limits()) {
  ImageReader reader(limits);
  for (const auto& piece : pieces) {
    if (auto status = reader.feed(piece); !status) return status.failure();
  }
  return reader.finish();
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string all;
  for (const auto& piece : pieces) all += piece;
  return all;
}

std::size_t any_size() {
  return *rc::gen::element<std::size_t>(0, 1, 20, 100, 300, 100'000);
}

void tell(Story& story) {
  story.tell(*steps_with_recoveries(), [](const Chapter&) {});
}

RC_GTEST_PROP(Image, IsReadAsTheSameMachineThatGoesOnTheSameWay, ()) {
  Story story;
  tell(story);
  auto read_back = read(pieces_of(Image(story.machine), any_size()));
  RC_ASSERT(read_back.ok());
  Machine machine = std::move(read_back).value();
  machine.check();
  RC_ASSERT(machine.digest() == story.machine.digest());
  RC_ASSERT(machine.next_expiry() == story.machine.next_expiry());
  story.tell(*steps_with_recoveries(), [&](const Chapter& chapter) {
    RC_ASSERT(machine.apply(chapter.stamp, chapter.commands) == chapter.applied);
    RC_ASSERT(machine.digest() == story.machine.digest());
    machine.check();
  });
  RC_CLASSIFY(!story.machine.locks().empty(), "locks");
  RC_CLASSIFY(story.machine.rest().has_value(), "rests");
}

RC_GTEST_PROP(Image, IsTheSameOnEveryReplica, ()) {
  Story story;
  Machine replica(tight_limits());
  // A copy now and then: what is shared must not show.
  std::vector<Machine> copies;
  story.tell(*steps_with_recoveries(), [&](const Chapter& chapter) {
    replica.apply(chapter.stamp, chapter.commands);
    copies.push_back(replica);
  });
  const auto size = any_size();
  RC_ASSERT(pieces_of(Image(replica), size) == pieces_of(Image(story.machine), size));
}

RC_GTEST_PROP(Image, StaysAsItWasWhenItsMachineGoesOn, ()) {
  Story story;
  tell(story);
  const Image image(story.machine);
  const auto before = pieces_of(image, 50);
  tell(story);
  RC_ASSERT(pieces_of(image, 50) == before);
}

RC_GTEST_PROP(Image, CutsItsPiecesBetweenElementsAndByTheBound, ()) {
  Story story;
  tell(story);
  const Image image(story.machine);
  const auto elements = pieces_of(image, 0);
  const Machine& machine = story.machine;
  RC_ASSERT(elements.size() == 1 + machine.sessions().size() + machine.holds().size() +
                                   machine.blocks().size() + machine.records().size() +
                                   machine.audit().entries().size());
  const auto size = any_size();
  std::size_t element = 0;
  for (const auto& piece : pieces_of(image, size)) {
    std::string expected = elements.at(element++);
    while (element < elements.size() && expected.size() + elements[element].size() <= size)
      expected += elements[element++];
    RC_ASSERT(piece == expected);
  }
  RC_ASSERT(element == elements.size());
}

// Whatever is accepted is sound, and is just what an image of it would be.
void assert_refused_or_sound(const std::vector<std::string>& pieces) {
  const auto machine = read(pieces);
  if (!machine.ok()) {
    RC_ASSERT(machine.error().find('\n') == std::string::npos);
    return;
  }
  machine->check();
  RC_ASSERT(joined(pieces_of(Image(machine.value()), 100)) == joined(pieces));
  Machine after = machine.value();
  after.apply(after.stamp() + Millis(100'000), {OpenSession{Millis(1'000), "another", {}}});
  after.check();
}

RC_GTEST_PROP(ImageReader, TakesOnlySoundMachinesAmongDamagedImages, ()) {
  Story story;
  tell(story);
  auto pieces = pieces_of(Image(story.machine), any_size());
  const auto changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i) {
    auto& piece = pieces[*rc::gen::inRange<std::size_t>(0, pieces.size())];
    if (piece.empty()) continue;
    auto& byte = piece[*rc::gen::inRange<std::size_t>(0, piece.size())];
    byte = *rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::just(static_cast<char>(byte + 1)),
                           rc::gen::just(static_cast<char>(byte - 1)), rc::gen::just('\x00'));
  }
  assert_refused_or_sound(pieces);
}

RC_GTEST_PROP(ImageReader, TakesOnlySoundMachinesAmongPiecesThatAreLostDoubledOrMoved, ()) {
  Story story;
  tell(story);
  auto pieces = pieces_of(Image(story.machine), *rc::gen::element<std::size_t>(0, 60));
  const auto at = static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, pieces.size()));
  const auto to = static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, pieces.size()));
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      pieces.erase(pieces.begin() + at);
      break;
    case 1:
      pieces.insert(pieces.begin() + to, std::string(pieces[static_cast<std::size_t>(at)]));
      break;
    default:
      RC_PRE(at != to);
      std::swap(pieces[static_cast<std::size_t>(at)], pieces[static_cast<std::size_t>(to)]);
  }
  RC_ASSERT(!read(pieces).ok());
}

RC_GTEST_PROP(ImageReader, RefusesEveryTruncatedImage, ()) {
  Story story;
  tell(story);
  const auto whole = joined(pieces_of(Image(story.machine), 100'000));
  for (std::size_t n = 0; n < whole.size(); ++n) RC_ASSERT(!read({whole.substr(0, n)}).ok());
}

RC_GTEST_PROP(ImageReader, SurvivesRandomBytes, ()) {
  const auto small = rc::gen::cast<char>(rc::gen::inRange(0, 6));
  auto bytes = *rc::gen::container<std::string>(small);
  if (*rc::gen::arbitrary<bool>()) bytes = joined(pieces_of(Image(Machine(tight_limits())), 1)) + bytes;
  assert_refused_or_sound({bytes});
}

TEST(ImageReader, SaysWhatIsWrongOnceAndForAll) {
  ImageReader reader{Limits()};
  EXPECT_EQ(reader.feed("").error(), "a piece of a machine's image can't be read: it is empty");
  const auto head = Image(Machine()).piece("", 1'000).bytes;
  EXPECT_FALSE(reader.feed(head).ok());
  EXPECT_FALSE(reader.finish().ok());
  EXPECT_EQ(read({}).error(), "not the image of a machine: it is empty");
}

TEST(ImageReader, RefusesAnotherVersion) {
  auto head = Image(Machine()).piece("", 1'000).bytes;
  ASSERT_EQ(head[1], '\x02');
  head[1] = '\x01';
  EXPECT_EQ(read({head}).error(),
            "a piece of a machine's image can't be read: its format is of another version");
}

TEST(ImageReader, GivesItsMachineOnce) {
  ImageReader reader{Limits()};
  ASSERT_TRUE(reader.feed(Image(Machine()).piece("", 1).bytes).ok());
  EXPECT_TRUE(reader.finish().ok());
  EXPECT_FALSE(reader.finish().ok());
}

// Holds `a` and `b` by two grants.
Machine with_two_holds() {
  Machine machine;
  machine.apply({1'000}, {OpenSession{Millis(500), "me", {}}});
  for (std::uint64_t i = 1; i <= 2; ++i) {
    Acquire acquire;
    acquire.locks = {{std::string(1, static_cast<char>('a' + i - 1)), Exclusive{}}};
    acquire.note = "n";
    machine.apply({1'001}, {Sequenced{SessionId(1), Sequence(i), Sequence(i - 1), acquire}});
  }
  return machine;
}

TEST(ImageReader, RefusesANameThatIsHeldByTwoWhoDoNotGoTogether) {
  auto elements = pieces_of(Image(with_two_holds()), 0);
  ASSERT_TRUE(read(elements, Limits()).ok());
  const auto name = elements.at(3).find(
      "\x01"
      "b");
  ASSERT_NE(name, std::string::npos);
  elements[3][name + 1] = 'a';
  EXPECT_EQ(read(elements, Limits()).error(),
            "not the image of a machine: a name has holders that don't go together");
}

TEST(ImageReader, RefusesAHoldThatItsSessionWasNeverTold) {
  auto elements = pieces_of(Image(with_two_holds()), 0);
  // hold, its token
  ASSERT_EQ(elements.at(3).substr(0, 2), "\x03\x02");
  elements.erase(elements.begin() + 2);
  EXPECT_FALSE(read(elements, Limits()).ok());
}

TEST(Image, OfAStrangeCursorIsNothing) {
  const Image image{Machine()};
  for (const std::string from : {"x", "\x01", "\x07", "\x02",
                                 "\x05\x05"
                                 "ab",
                                 "\x02\x01\x01"}) {
    const auto piece = image.piece(from, 100);
    EXPECT_TRUE(piece.bytes.empty() && piece.next.empty());
  }
}

TEST(Image, LooksAsDocumented) {
  Machine machine;
  machine.apply({1'000}, {Configure{{{"audit_entries", 0}}}});
  machine.apply({1'000}, {OpenSession{Millis(500), "me", {}}});
  Acquire acquire;
  acquire.locks = {{"a", Exclusive{}}};
  acquire.note = "n";
  machine.apply({1'001}, {Sequenced{SessionId(1), Sequence(1), Sequence(0), acquire}});
  const auto pieces = pieces_of(Image(machine), 0);
  ASSERT_EQ(pieces.size(), 3u);
  // Version 2; stamp 1001; session 1, token 1, revision 0, arrival 0, touch 0, audit 1; no rest; 19 settings,
  // the first of them attempts_max of 1000; at the end 1 session, 1 hold, no block, record and audit entry.
  EXPECT_EQ(pieces[0].substr(0, 28), std::string("\x01\x02\xE9\x07\x01\x01\x00\x00\x00\x01\x00\x13\x0C"
                                                 "attempts_max\xE8\x07",
                                                 27) +
                                         '\x0D');
  EXPECT_EQ(pieces[0].substr(pieces[0].size() - 5), std::string("\x01\x01\x00\x00\x00", 5));
  // Session 1; 500 ms; who; owner 1; end 1500; nothing acknowledged or overflowed; the answer to 1 is Granted
  // (5): token 1, stamp 1001, end 1500, not waited, no maximum, 1 entry, attempt 0; nobody waits; nothing was
  // taken.
  EXPECT_EQ(pieces[1],
            std::string("\x02\x01\xF4\x03\x02me\x01\xDC\x0B\x00\x00\x01\x01\x05\x01\xE9\x07\xDC\x0B"
                        "\x00\x00\x01\x00\x00\x00",
                        26));
  // Token 1; owner and first session 1; who; note; since 1001; one name, exclusive (1); one entry: session 1,
  // request 1, bound; no lease, no maximum, no delay, not by a once.
  EXPECT_EQ(pieces[2], std::string("\x03\x01\x01\x01\x02me\x01n\xE9\x07\x01\x01"
                                   "a\x01\x01\x01\x01\x00\x00\x00\x00\x00",
                                   23));
}

}  // namespace
}  // namespace lock
