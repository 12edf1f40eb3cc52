// lockctl run where a person types: a shell with job control, in a tmux of its own.
#include <functional>
#include <gtest/gtest.h>

#include "lockctl_world.hpp"

namespace {

using namespace std::chrono_literals;

bool tmux_is_there() {
  return world::Running({"sh", "-c", "command -v tmux && command -v bash"}, {}, world::folder())
             .wait()
             .code == 0;
}

// The letter of /proc/PID/stat; ' ': no such process.
char state_of(pid_t pid) {
  const auto stat = world::read_file("/proc/" + std::to_string(pid) + "/stat");
  const auto end = stat.rfind(") ");
  return end == std::string::npos ? ' ' : stat[end + 2];
}

class Terminal : public testing::Test {
 protected:
  void SetUp() override {
    if (!tmux_is_there()) GTEST_SKIP() << "tmux or bash is not installed: nothing to type into";
    // A readline that knows no colours and no bracketed paste, and no settings of whoever runs the tests.
    const auto shell = "exec env -i PATH=\"$PATH\" TERM=dumb HISTFILE= INPUTRC=/dev/null LOCKD_ENDPOINTS=" +
                       world::endpoints() + " bash --norc --noprofile -i";
    const auto up = tmux({"-f", "/dev/null", "new-session", "-d", "-x", "200", "-y", "50", "-s", "t", shell});
    ASSERT_EQ(up.code, 0) << up.err;
    type("echo 1 > " + at("prompt"));
    ASSERT_TRUE(soon([&] { return world::pid_in(at("prompt")) == 1; })) << screen();
  }
  void TearDown() override { tmux({"kill-server"}); }

  world::Outcome tmux(std::vector<std::string> words) const {
    words.insert(words.begin(), {"tmux", "-L", socket_});
    return world::Running(words, {{"TMUX_TMPDIR", world::folder()}}, world::folder()).wait();
  }
  void press(const std::string& key) const { EXPECT_EQ(tmux({"send-keys", "-t", "t", key}).code, 0); }
  void type(const std::string& line) const {
    EXPECT_EQ(tmux({"send-keys", "-t", "t", "-l", line}).code, 0);
    press("Enter");
  }
  std::string screen() const { return tmux({"capture-pane", "-p", "-t", "t"}).out; }
  // A file of this test alone.
  std::string at(const std::string& what) const { return world::folder() + "/" + socket_ + "." + what; }
  static bool soon(const std::function<bool()>& condition) { return world::eventually(condition, 60s); }

  // Types it, and waits until the command runs.
  pid_t run(const std::string& script) const {
    type(world::lockctl() + " run -t 2m " + name_ + " -- sh -c 'echo $$ > " + at("pid") + "; " + script +
         "'");
    EXPECT_TRUE(soon([&] { return world::pid_in(at("pid")) != 0; })) << screen();
    return world::pid_in(at("pid"));
  }
  // What the shell says of the line before. Only a shell that has its terminal back answers at all.
  std::string code() const {
    type("echo $? > " + at("code"));
    EXPECT_TRUE(soon([&] { return world::read_file(at("code")).ends_with('\n'); })) << screen();
    return world::read_file(at("code"));
  }

 private:
  const std::string name_ = world::fresh_name();
  const std::string socket_ = "tty" + name_.substr(5);
};

TEST_F(Terminal, InterruptEndsTheCommandAndTheShellSees130) {
  const auto command = run("exec sleep 300");
  ASSERT_NE(command, 0);
  press("C-c");
  EXPECT_TRUE(soon([&] { return world::dead(command); })) << screen();
  EXPECT_EQ(code(), "130\n") << screen();
}

TEST_F(Terminal, CommandReadsWhatIsTyped) {
  ASSERT_NE(run("read a; echo got $a > " + at("got")), 0);
  type("hello");
  EXPECT_TRUE(soon([&] { return world::read_file(at("got")) == "got hello\n"; })) << screen();
  EXPECT_EQ(code(), "0\n") << screen();
}

TEST_F(Terminal, StopsWithItsCommandAndGoesOnInTheForeground) {
  const auto command = run("read a; echo got $a > " + at("got") + "; exit 7");
  ASSERT_NE(command, 0);
  press("C-z");
  ASSERT_TRUE(soon([&] { return state_of(command) == 'T'; })) << state_of(command) << screen();
  type("echo 2 > " + at("prompt"));
  ASSERT_TRUE(soon([&] { return world::pid_in(at("prompt")) == 2; })) << screen();
  EXPECT_EQ(state_of(command), 'T');
  type("fg");
  ASSERT_TRUE(soon([&] { return state_of(command) != 'T'; })) << screen();
  type("again");
  EXPECT_TRUE(soon([&] { return world::read_file(at("got")) == "got again\n"; })) << screen();
  EXPECT_EQ(code(), "7\n") << screen();
}

}  // namespace
