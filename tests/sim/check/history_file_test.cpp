#include <gtest/gtest.h>

#include "generate.hpp"
#include "sim/check/check_file.hpp"

namespace check {
namespace {

std::string error_of(std::string_view text) {
  const auto parsed = parse_json(text, "h.json");
  return parsed.ok() ? "" : parsed.error();
}

TEST(HistoryFile, ReadsTheDocumentedLine) {
  const auto parsed =
      parse_json(R"({"client": 3, "key": "jobs/42", "op": "acquire", "args": {"mode": "exclusive"}, )"
                 R"("start": 1200, "end": 9100, "ret": {"granted": true, "token": 57}})",
                 "h.json");
  ASSERT_TRUE(parsed.ok()) << parsed.error();
  EXPECT_EQ(parsed.value(), (History{{3, "jobs/42", Acquire{}, 1200, 9100, Granted{57}}}));
}

TEST(HistoryFile, ReadsBackWhatItWrites) {
  for (const auto model : {Model::lock, Model::register_nil, Model::kv}) {
    base::Random random(7, name_of(model));
    for (int i = 0; i < 300; ++i) {
      const auto history = test::some_history(random, model, 8);
      std::string text;
      for (const auto& operation : history) text += to_json(operation) + "\n";
      const auto parsed = parse_json(text, "h.json");
      ASSERT_TRUE(parsed.ok()) << parsed.error() << "\n" << text;
      ASSERT_EQ(parsed.value(), history) << text;
    }
  }
}

TEST(HistoryFile, SaysWhichLineIsNoJson) {
  EXPECT_EQ(
      error_of("\n{\"client\": 1,\n").rfind("h.json:2: not a JSON object; expected one operation a line", 0),
      0u);
}

TEST(HistoryFile, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(error_of(R"({"client":1,"key":"k","op":"aquire","start":0,"end":null})")
                .rfind("h.json:1: unknown operation \"aquire\"; expected one of acquire, append", 0),
            0u);
  EXPECT_EQ(
      error_of(R"({"client":1,"key":"k","op":"release","args":{"token":1,"tokn":2},"start":0,"end":null})"),
      "h.json:1: unknown key \"args.tokn\"; known here: token");
  EXPECT_EQ(error_of(R"({"client":1,"key":"k","op":"status_get","start":0,"end":null,"note":1})")
                .rfind("h.json:1: unknown key \"note\"", 0),
            0u);
  EXPECT_NE(error_of(R"({"client":1,"key":"k","op":"acquire","args":{"mode":"sharp"},"start":0,"end":null})")
                .find("expected \"exclusive\", \"shared\" or \"counted\""),
            std::string::npos);
}

TEST(HistoryFile, RefusesImpossibleOutcomes) {
  EXPECT_NE(
      error_of(
          R"({"client":1,"key":"k","op":"release","args":{"token":1},"start":9,"end":3,"ret":{"released":true}})")
          .find("\"end\" is before \"start\""),
      std::string::npos);
  EXPECT_NE(
      error_of(
          R"({"client":1,"key":"k","op":"release","args":{"token":1},"start":9,"end":null,"ret":{"released":true}})")
          .find("an unknown outcome has no \"ret\""),
      std::string::npos);
  EXPECT_EQ(error_of(R"({"client":1,"key":"k","op":"release","args":{"token":1},"start":9,"end":10})"),
            "h.json:1: missing \"ret\"; expected an object");
  EXPECT_NE(error_of(R"({"client":1,"key":"k","op":"release","args":{"token":-1},"start":9,"end":null})")
                .find("\"args.token\" is -1; expected a whole number of at least 0"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"client":1,"key":"k","op":"expire","args":{"token":1},"start":9,"end":10,"ret":{}})")
                .find("expected null"),
            std::string::npos);
}

TEST(HistoryFile, EdnFailuresDidNotHappen) {
  const auto parsed = parse_edn(
      "[{:process 1, :type :invoke, :f :cas, :value [1 2]} {:process 1, :type :fail, :f :cas, :value [1 2]}\n"
      " {:process :nemesis, :type :info, :f :start}\n"
      " {:process 2, :type :invoke, :f :write, :value 3} {:process 2, :type :info, :f :write}]",
      "h.edn");
  ASSERT_TRUE(parsed.ok()) << parsed.error();
  ASSERT_EQ(parsed.value().size(), 1u);
  EXPECT_EQ(parsed.value()[0].op, Op(Write{"3"}));
  EXPECT_FALSE(parsed.value()[0].end.has_value());
}

TEST(HistoryFile, EdnSaysWhereItIsBroken) {
  EXPECT_EQ(
      parse_edn("[{:process 1, :type :invoke, :f :read}\n {:process 1, :type :oops, :f :read}]", "h.edn")
          .error(),
      "h.edn:2: unknown :type :oops; expected :invoke, :ok, :fail or :info");
  EXPECT_NE(parse_edn("[{:process 1, :type :ok, :f :read, :value 1}]", "h.edn")
                .error()
                .find("which has nothing open"),
            std::string::npos);
  EXPECT_FALSE(parse_edn("[{:process 1", "h.edn").ok());
}

TEST(HistoryFile, AFailedSwapInAnEtcdLogFoundAnotherValue) {
  const auto parsed = parse_jepsen_etcd(
      "INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\nINFO  jepsen.util - 0\t:fail\t:cas\t[1 2]\n", "e.log");
  ASSERT_TRUE(parsed.ok()) << parsed.error();
  ASSERT_EQ(parsed.value().size(), 1u);
  EXPECT_EQ(parsed.value()[0].ret, Ret(Swapped{false}));
}

TEST(CheckFile, SaysWhichFileCannotBeRead) {
  EXPECT_EQ(check_file("no/such/file", std::nullopt, std::nullopt).error(),
            "no/such/file: can't be read; expected a history file");
}

TEST(CheckFile, RefusesAHistoryOfTwoModels) {
  const History history{{1, "k", Read{}, 0, 1, ValueSeen{}}, {1, "k", Get{}, 2, 3, ValueSeen{"x"}}};
  EXPECT_FALSE(check_history(history, std::nullopt).ok());
  EXPECT_FALSE(check_history(history, Model::lock).ok());
}

TEST(CheckFile, ReportsWhichCheckFailed) {
  const History twice{{1, "a", Acquire{}, 0, 10, Granted{1}}, {2, "b", Acquire{}, 20, 30, Granted{1}}};
  const auto report = check_history(twice, std::nullopt);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report.value().answer, Answer::violation);
  EXPECT_EQ(report.value().check, "tokens");
  EXPECT_EQ(report.value().lines.size(), 3u);
}

TEST(HistoryFile, SaysThatAFolderIsNoHistory) {
  const auto report = check_file(LOCKD_SOURCE_DIR, std::nullopt, std::nullopt);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error(), std::string(LOCKD_SOURCE_DIR) + ": is a folder; expected a history file");
}

TEST(HistoryFile, SaysThatThereIsNothingInAFile) {
  const auto report = check_file("/dev/null", std::nullopt, std::nullopt);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error(), "/dev/null: is empty; expected a history file");
}

}  // namespace
}  // namespace check
