// Three servers for the trials, and questions to them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "net/client_driver.hpp"
#include "program.hpp"

namespace kill_tree {

// Runs the loop until it is so; false: not in time.
bool run_until(boost::asio::io_context& io, base::Duration at_most, const std::function<bool()>& so);

class Servers {
 public:
  // Of the programs in `programs`, with clocks that are `clock_ppm` fast. Ended with this.
  Servers(boost::asio::io_context& io, const std::string& programs, const std::string& folder, int clock_ppm);
  ~Servers();

  const std::string& endpoints() const { return endpoints_; }
  std::vector<std::string> list() const;
  // Its endpoint; empty: none does.
  std::string leader();
  void signal(const std::string& name);

 private:
  std::string ask(std::vector<std::string> words);

  boost::asio::io_context& io_;
  std::string lockctl_, folder_, endpoints_;
  Environment environment_;
};

}  // namespace kill_tree
